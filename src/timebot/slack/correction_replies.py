"""What is said about corrections everywhere: that something has to be handed in again."""


def handed_in_before(was_submitted: bool) -> list[str]:  # noqa: FBT001 - a fact, not a switch
    """Return the line that a correction of submitted time needs, if it was submitted."""
    if not was_submitted:
        return []
    return ["It was handed in before, so it is a draft again. Please submit it again."]
