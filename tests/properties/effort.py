"""How many examples a property takes: a few in the ordinary suite, many where they are asked for.

`make test ARGS="tests/properties --hypothesis-profile thorough"` takes thirty times as many.
"""

from hypothesis import HealthCheck, Phase, settings

ORDINARY = 100
"""The examples of a property where nothing else is said; the profile `thorough` has 3,000."""


def slow_property(examples: int, *, steps: int = 1) -> settings:
    """Return the settings of a property whose examples take a good part of a second each.

    Args:
        examples: how many the ordinary suite takes; a larger profile takes more in proportion.
        steps: how many steps an example of a state machine takes.
    """
    is_ordinary = settings().max_examples <= ORDINARY
    return settings(
        # Making a failing example small takes minutes, so that is left to the larger profile.
        phases=[each for each in Phase if not (is_ordinary and each is Phase.shrink)],
        max_examples=examples * settings().max_examples // ORDINARY,
        # The ordinary suite says of the same code the same each time; larger profiles search.
        derandomize=is_ordinary,
        stateful_step_count=steps,
        deadline=None,
        # One world serves all examples: each brings clients of its own into it.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
