"""`python -m rushlight script.py [args]`."""
import sys

from rushlight.compat.cli import main

sys.exit(main())
