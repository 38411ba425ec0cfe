"""What the engine's own codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "RC101": Explanation(
        "Adoption changes a live object",
        "An object of this name exists that the ledger does not know. There is no base to merge from, so what the "
        "manifest does not share with it would be overwritten.",
        "Review the difference, then write lifecycle: {adopt: true}; or make the manifest say what is there.",
    ),
    "RC102": Explanation(
        "Several live objects have this name",
        "The manifest could mean any of them.",
        "Bind it to one with metadata: {id: ...}.",
    ),
    "RC103": Explanation(
        "The bound object does not exist",
        "metadata.id names an object that the organisation does not have; creating another would not give it that id.",
        "Correct the id, or remove it to have the object created.",
    ),
    "RC104": Explanation(
        "metadata.id differs from the recorded object",
        "The ledger binds this address to another live object.",
        "Remove metadata.id, or remove the address first and adopt the other object under it.",
    ),
    "RC105": Explanation(
        "The name is taken",
        "Another live object has this name, and the organisation holds names unique.",
        "Choose another name, or adopt that object.",
    ),
    "RC106": Explanation(
        "The organisation's answer does not fit the kind",
        "A live object has a shape that this program does not understand, so nothing can be decided about it.",
        "Look at the object in the organisation; exclude the address with --exclude to plan the rest.",
    ),
    "RC107": Explanation(
        "Several addresses claim one live object",
        "What one of them applies the others would undo, and deleting one of them deletes them all.",
        "Keep one manifest of it. To give it another address, write removed: for the former one, without delete.",
    ),
    "RC108": Explanation(
        "Absence cannot be known",
        "The organisation offers no list of this kind, so whether the object exists cannot be found out, and creating "
        "it could make a second one.",
        "Bind the manifest to the live object with metadata: {id: ...}, or exclude it with --exclude.",
    ),
    "RC201": Explanation(
        "Drift left alone",
        "The object was changed behind our back. With --drift keep it stays so.",
        "Put the change into the manifest, or plan without --drift keep to set it back.",
    ),
    "RC202": Explanation(
        "Setting drift back would be unsafe",
        "The object was changed behind our back, and undoing that would destroy something or be refused. It is left "
        "alone and does not hold up the rest.",
        "Put the change into the manifest, or acknowledge the finding named in the detail.",
    ),
    "RC203": Explanation(
        "Someone else's edit is overridden",
        "The manifest changed, and so did the object, differently. The manifest wins, because the plan shows it.",
        "Nothing blocks; if their edit is the right one, put it into the manifest.",
    ),
    "RC204": Explanation(
        "A recorded object has vanished",
        "The object that we applied is gone from the organisation. It is created anew, with a new id and no records.",
        "Nothing blocks; to let it go instead, remove its manifest.",
    ),
    "RC205": Explanation(
        "A vanished object is left alone",
        "The object that we applied was deleted behind our back, or another one has taken its place. With --drift keep "
        "it is not created again: it would have another id and none of its records, and nobody has approved of that.",
        "Remove its manifest to let it go, or plan without --drift keep to have it created again.",
    ),
    "RC301": Explanation(
        "Deletion not authorised",
        "The manifest is gone, and the object is ours. Deleting takes a reviewed word, so that a lost file or a bad "
        "merge deletes nothing.",
        "Add a removed: block that says delete: true (or false to only forget it), or plan with --allow-delete.",
    ),
    "RC302": Explanation(
        "The object is protected",
        "Its manifest said lifecycle: {protect: true} when it was last applied, and the ledger remembers.",
        "Restore the manifest with protect: false and apply that first.",
    ),
    "RC303": Explanation(
        "Too many deletions",
        "A plan that deletes many objects of one kind is more often a mistake than a wish.",
        "Delete in several steps, or raise limits.deletions in the project file.",
    ),
    "RC304": Explanation(
        "The object is still referenced",
        "The platform refuses to delete what another object points at.",
        "Remove the reference first.",
    ),
    "RC305": Explanation(
        "Protection lifted",
        "Its manifest said lifecycle: {protect: true} when it was last applied, and does not any more. Once this plan "
        "is applied, the object can be deleted.",
        "Nothing blocks; if it is to stay protected, restore protect: true.",
    ),
    "RC306": Explanation(
        "It cannot be deleted",
        "The API of this kind has no deletion, and nothing that would take the object out of use.",
        "Only forget it: write a removed: block that says delete: false.",
    ),
    "RC401": Explanation(
        "Circular creation",
        "These objects need one another to be created, and none of the references can be left out for later.",
        "Break the circle.",
    ),
    "RC402": Explanation(
        "The target of a reference will not exist",
        "The object that is pointed at is not there and is not created by this plan, so the platform would refuse what "
        "points at it.",
        "Do not exclude it, or refer to another object. One that was deleted behind our back is created again where "
        "planning is without --drift keep.",
    ),
    "RC501": Explanation(
        "Unused acknowledgement",
        "No finding matches it: the change was applied, or the code, path or facet is not what the plan says.",
        "Remove it, or correct it.",
    ),
    "RC502": Explanation(
        "Expired acknowledgement",
        "It would fit a finding, but the last day on which it counts (UTC) has passed.",
        "Review the change again and renew the date.",
    ),
    "RC601": Explanation(
        "In doubt",
        "An earlier apply was cut off while creating this object, and the organisation may still show it late.",
        "Run apply: it waits until the outcome is certain.",
    ),
    "RC602": Explanation(
        "A secret is not set here",
        "The manifest names an environment variable that is not set where the plan is made. Everything else is "
        "compared; whether the secret has changed is not known, and it counts as unchanged. An object is written with "
        "its secrets, so apply refuses to begin while one that it needs is missing.",
        "Set the variable where apply runs. A plan made without it is as good, but for a rotation that it cannot see.",
    ),
    "RC701": Explanation(
        "The window is not over yet",
        "A request is made once. Made before its window is over it would miss what comes after, and nobody would know.",
        "Wait until the window is over, or choose an earlier end.",
    ),
    "RC702": Explanation(
        "The manifest names another request",
        "metadata.id says that a live request is this manifest's, and that one asks for something else, or the "
        "manifest asks for several. Taking it over would pass off other data as these.",
        "Correct metadata.id, or leave it out: then the data are asked for.",
    ),
    "RC801": Explanation(
        "Changes are frozen",
        "The project file states a time in which nothing of this is sent to the organisation, and why. The plan is "
        "judged by the time it is made as of, and apply by the time it runs at.",
        "Wait until the freeze is over, or change policies.freezes in the project file.",
    ),
    "RC802": Explanation(
        "Too many changes in one run",
        "The project file bounds what one run may write: a run that changes most of an organisation is more often a "
        "mistake than a wish. New objects count, but are no part of the percentage.",
        "Do it in several runs, leaving parts out with --exclude; or raise policies.thresholds.changes.",
    ),
    "RC803": Explanation(
        "Too many deletions in one run",
        "The project file bounds what one run may delete or disable, over all kinds.",
        "Delete in several runs, or raise policies.thresholds.deletions in the project file.",
    ),
    "RC851": Explanation(
        "A standing order is lost",
        "Its manifest is gone, and with it the work that it ordered would end in silence.",
        "Restore the manifest, or say in a `removed:` block that the order is to be forgotten.",
    ),
    "RC852": Explanation(
        "Two standing orders for one history",
        "One names the object by its id and the other by its name, so that this is known only now. They could retain "
        "different versions of it.",
        "Leave it out of one of the two.",
    ),
    "RC853": Explanation(
        "Histories that cannot be archived",
        "The object is gone, its versions cannot be read whole, or what they say makes no sense. A part of a history "
        "must not pass for the whole, so nothing is sent for these; the others go on.",
        "Mend what the detail names. Where versions changed while they were read, plan again.",
    ),
    "RC854": Explanation(
        "No version within retention",
        "Every version is older than the order retains, and an empty archive is not made. What is archived stays.",
        "Nothing blocks.",
    ),
    "RC901": Explanation(
        "Not looked for in the organisation",
        "This plan was made from a snapshot, which holds of the lists of requests no more than its own manifests asked "
        "for: whether somebody has asked for the same data already is not known.",
        "Nothing: apply looks before it asks. Or take a new snapshot with these manifests.",
    ),
}
