"""``python -m ridgeline`` is the command line."""

from ridgeline.cli import main

if __name__ == "__main__":
    main()
