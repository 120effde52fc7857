"""Which editable installs there are: reads what installers left on the disk, and knows no hook."""
