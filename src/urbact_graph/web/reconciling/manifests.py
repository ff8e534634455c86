"""The service manifests: what the service is called, where its parts are, and what it takes."""

from typing import Any

from urbact_graph import __version__
from urbact_graph.web.reconciling.entities import USUAL, type_of

ROOT, DRAFT_ROOT = "reconcile", "reconcile/1.0"
VERSION, DRAFT_VERSION = "0.2", "1.0-draft"
# The size of a preview, in pixels.
WIDTH, HEIGHT = 420, 340
_LIMIT_HELP = "How many values of the property are given at most; 0: all."


def manifest(address: str, base: str, most: int) -> dict[str, Any]:
    """Return the manifest of version 0.2 (section 3.1) of the instance at ``address``.

    ``base`` is that of the graph's IRIs, and a batch may have ``most`` queries.
    """
    root = f"{address}/{ROOT}"
    return {
        "versions": [VERSION],
        **_shared(address, most),
        "identifierSpace": base,
        "schemaSpace": f"{base}ontology",
        "view": {"url": f"{address}/{{{{id}}}}"},
        "preview": {"url": f"{root}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {
            what: {
                "service_url": root,
                "service_path": f"/suggest/{what}",
                "flyout_service_url": root,
                "flyout_service_path": f"/flyout/{what}?id=${{id}}",
            }
            for what in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Most values",
                    "type": "number",
                    "default": 0,
                    "help_text": _LIMIT_HELP,
                }
            ],
        },
    }


def draft_manifest(address: str, most: int) -> dict[str, Any]:
    """Return the manifest of the draft of 1.0 (section 3.1)."""
    return {
        "versions": [DRAFT_VERSION],
        **_shared(address, most),
        "lang": "en",
        "dir": "ltr",
        "view": {"url": f"{address}/{{+id}}"},
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {
                    "id": "limit",
                    "name": "Most values",
                    "type": "number",
                    "default": 0,
                    "helpText": _LIMIT_HELP,
                }
            ],
        },
        "standardizedScore": True,
    }


def _shared(address: str, most: int) -> dict[str, Any]:
    return {
        "name": "URBACT (urbact-graph)",
        "documentation": f"{address}/guide/analyst#reconciliation",
        "serviceVersion": __version__,
        "defaultTypes": [type_of(kind) for kind in USUAL],
        "batchSize": most,
    }
