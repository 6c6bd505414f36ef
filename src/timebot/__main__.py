"""The command line's door: `timebot` and `python -m timebot`."""

from timebot.cli.program import program


def main() -> None:
    """Run the command that was typed and end the process with its exit code."""
    program.main(prog_name="timebot")


if __name__ == "__main__":
    main()
