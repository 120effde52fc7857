"""What dbx-patch costs, measured on the machine at hand: ``python -m tests.benchmarks`` from the project's folder."""
