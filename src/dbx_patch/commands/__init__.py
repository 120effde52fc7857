"""The ways in for people: the command line, the notebook's magics, the demo and the simulator's front end."""
