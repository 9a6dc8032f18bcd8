"""The OpenAPI document: what FastAPI derives, with the problem document that any operation may answer with."""

from typing import Any

from fastapi import FastAPI

from vc_issuer.web.schemas import PROBLEM, ProblemShape


def describe(app: FastAPI) -> None:
    """Let the application describe itself completely; the document is made once, when first asked for."""
    derive = app.openapi

    def complete() -> dict[str, Any]:
        document = derive()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        # FastAPI's own validation errors never leave this application: they become problem documents.
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["ProblemShape"] = ProblemShape.model_json_schema()
        answer = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
        for item in document["paths"].values():
            for operation in item.values():
                for status, described in operation["responses"].items():
                    if status.startswith("4") and PROBLEM not in described.get("content", {}):
                        described["content"] = answer
        return document

    app.openapi = complete  # type: ignore[method-assign] # FastAPI documents this as the place to change it
