"""``python -m borgerlib``: the command line, where no script is installed."""

from borgerlib.commands.main import main

main()
