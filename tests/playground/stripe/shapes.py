"""What the SDK's own classes say about an answer: nobody here wrote them."""

import inspect
import json
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import stripe

# Of classes whose fields are not declared, or are whatever the caller put there.
_FREE = {"StripeObject", "UntypedStripeObject", "ListObject", "SearchResultObject", "Data"}
_NOT_FIELDS = {"OBJECT_NAME", "deleted"}


class RememberingClient(stripe.RequestsClient):
    """The SDK's own transport, which remembers every good answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []

    def request(  # type: ignore[override]  # the SDK's two base classes disagree as well
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 - as the SDK declares it
    ) -> tuple[bytes, int, Mapping[str, str]]:
        content, status, answered = super().request(method, url, headers, post_data)
        if status == 200:
            self.answers.append(json.loads(content))
        return content, status, answered


def strangers(answer: Any) -> set[str]:  # noqa: ANN401 - any JSON object
    """Return what an answer has and the SDK does not know, and what has to be there and is not."""
    holder = stripe.StripeObject.construct_from({"answer": answer}, "no key")
    return set(_of(holder["answer"]))


def _of(found: stripe.StripeObject) -> Iterator[str]:
    kind, values = type(found), found.to_dict(recursive=False)
    name = kind.__qualname__
    if name.rpartition(".")[2] not in _FREE and "deleted" not in values:
        fields = {k: v for k, v in inspect.get_annotations(kind).items() if k not in _NOT_FIELDS}
        yield from (f"{name}.{key} is unknown" for key in values if key not in fields)
        yield from (
            f"{name}.{key} is missing"
            for key, annotation in fields.items()
            if key not in values and not _may_be_absent(annotation)
        )
    for value in values.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, stripe.StripeObject):
                yield from _of(each)


def _may_be_absent(annotation: Any) -> bool:  # noqa: ANN401 - any annotation
    return type(None) in typing.get_args(annotation)
