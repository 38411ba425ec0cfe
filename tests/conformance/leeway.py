"""What answers of the platform may have or lack against the SDK's models, each with its reason.

A model of the SDK says what a member is called and of what type it is, never whether it is always there.
"""

from __future__ import annotations

from .members import Leeway

_TOMBSTONE = "raw answers have it and no model has (published API §4.2)"
_UNSENT = "part of a JSON schema that nobody has to write: what is not sent does not come back"
_ONE_PAGE = "there is nothing before the first page and nothing after the last"
_BY_TYPE = "only core types for which it makes sense have it"
_REFERENCE = "a reference is its id and its address"
_NAMELESS = "a base has one set of limits, which has no name (published API §4.3)"
_UNSET = "nobody has set it in this organisation"
_BY_ERROR = "only for errors about one entity, about a limit, or with values in their message (published API §1.4)"
_CLIENT = "the client is shown as far as its own token may see it"
_NO_CLONE = "only for a token on behalf of somebody else"

LEEWAY = Leeway(
    extra={
        ("DataSchema", "deleted"): _TOMBSTONE,
        ("BusinessRulesDataSchema", "deleted"): _TOMBSTONE,
    },
    optional={
        ("JsonSchemaDocument", "id"): _UNSENT,
        ("JsonSchemaDocument", "required"): _UNSENT,
        ("JsonSchemaDocument", "additionalProperties"): _UNSENT,
        ("JourneyJsonSchemaDocument", "required"): _UNSENT,
        ("ConversationJsonSchemaDocument", "required"): _UNSENT,
        ("BusinessRulesDataSchemaListing", "nextUri"): _ONE_PAGE,
        ("BusinessRulesDataSchemaListing", "previousUri"): _ONE_PAGE,
        ("Coretype", "validationLimits"): _BY_TYPE,
        ("Coretype", "itemValidationLimits"): _BY_TYPE,
        ("Schema", "items"): _BY_TYPE,
        ("Schema", "pattern"): _BY_TYPE,
        ("Items", "pattern"): _BY_TYPE,
        ("ValidationLimits", "minLength"): _BY_TYPE,
        ("ValidationLimits", "maxLength"): _BY_TYPE,
        ("ValidationLimits", "minItems"): _BY_TYPE,
        ("ValidationLimits", "maxItems"): _BY_TYPE,
        ("ValidationLimits", "minimum"): _BY_TYPE,
        ("ValidationLimits", "maximum"): _BY_TYPE,
        ("DomainEntityRef", "name"): _REFERENCE,
        ("SchemaQuantityLimits", "id"): _NAMELESS,
        ("SchemaQuantityLimits", "name"): _NAMELESS,
        ("Organization", "thirdPartyURI"): _UNSET,
        ("Organization", "supportURI"): _UNSET,
        ("Organization", "defaultSiteId"): _UNSET,
        ("ErrorBody", "entityId"): _BY_ERROR,
        ("ErrorBody", "entityName"): _BY_ERROR,
        ("ErrorBody", "limit"): _BY_ERROR,
        ("ErrorBody", "messageWithParams"): _BY_ERROR,
        ("ErrorBody", "messageParams"): _BY_ERROR,
        ("OrgOAuthClient", "dateCreated"): _CLIENT,
        ("OrgOAuthClient", "dateModified"): _CLIENT,
        ("OrgOAuthClient", "createdBy"): _CLIENT,
        ("OrgOAuthClient", "modifiedBy"): _CLIENT,
        ("OrgOAuthClient", "dateToDelete"): _CLIENT,
        ("TokenInfo", "clonedUser"): _NO_CLONE,
    },
)
