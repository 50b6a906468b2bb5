"""How large nginx's tables for maps may be: it takes that above the first map alone, and ours come first."""

from collections.abc import Mapping

from stackwalk.nginx.editing import quoted
from stackwalk.nginx.moving.draft import Draft, starts_with
from stackwalk.nginx.project import Found, Project

# What our own maps need.
SIZES: Mapping[str, int] = {"map_hash_bucket_size": 256, "map_hash_max_size": 2048}


def maps_stand_below(project: Project) -> bool:
    """Whether our maps have to stand below what a learner says of sizes."""
    return any(each.name in SIZES for each in project.in_http())


def size(draft: Draft, found: Found) -> None:
    """The last of them has our maps behind it; those of the learner stay where they are."""
    said = [each for each in draft.project.in_http() if each.name in SIZES]
    if found.path != ("http",) or not said:
        return
    for word in found.statement.arguments[:1]:
        if word.text.isascii() and word.text.isdigit() and int(word.text[:9]) < SIZES[found.statement.name]:
            draft.put(word, str(SIZES[found.statement.name]))
    behind = draft.behind.get(found.statement.words[0].start)
    if said[-1] is found.statement and not (behind and starts_with(behind, "include", draft.setting.maps)):
        draft.add(found.statement, f" include {quoted(draft.setting.maps)};")
