"""Names, contents and numbers that a check draws anew on each run, all of them from the run's seed.

Each check draws from a source of its own, made of the seed and its name, so that the same seed repeats
the same draws whichever other checks run beside it.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
# Made-up words can come out rude: these are plain ones, and none is the name of a method of HTTP.
_PLAIN = """
    acorn agate alder almond amber anchor anvil apple apron arbor arch arrow ashen aspen aster atlas attic autumn
    badge bagel bakery balcony bamboo banjo barley barn basil basin basket beacon beech beige bell berry birch
    biscuit blanket blossom bluebell boat bonnet book boulder bowl bracket branch bread brick bridge brook broom
    bucket buckle bugle button cabin cable cactus candle canoe canvas canyon caramel carpet carrot cart castle cedar
    cellar chalk chapel chart chess chestnut chimney cider cinema citrus clay clock cloud clover coast cobalt cocoa
    comet compass copper coral corner cotton crane crater crayon cricket crystal cup curtain cushion daisy dawn
    delta desk dial diamond dolphin domino door dough dragon drum dune eagle easel echo elm ember emerald engine
    envelope evening fabric falcon fern ferry field finch flag flannel flint flower flute foam fog forest fossil
    fountain frame frost galaxy gallery garden garlic garnet gate gazelle geyser ginger glacier glass globe glove
    granite grape grass gravel guitar hammer hammock harbor harp harvest hazel heather hedge heron hill hinge holly
    honey horizon hotel iceberg indigo ink iris island ivory ivy jacket jade jasmine jigsaw jug juniper kayak kettle
    kite kitchen ladder lagoon lake lamp lantern larch lark lava lavender leaf lemon lentil library lichen lily lime
    linen lion lobby lotus lunch lyric magnet mango mantle maple marble market marsh meadow medal melody mint mirror
    mitten moon mosaic moss mountain museum napkin nectar nest nickel noodle north notebook oak oasis oat ocean
    olive onion opal orange orchard orchid otter oven oyster paddle palace panda paper parade parrot parsley pasta
    pebble pelican pencil pepper piano picnic pier pigeon pilot pine planet plaza plum pocket poem pond poplar poppy
    porch postcard prairie prism puddle puffin pumpkin puzzle quartz quill quilt rabbit radio raft rain raven reef
    ribbon rice river robin rocket roof rope rose ruby saddle saffron sail salad salmon salt sand sandal satin scarf
    school sea shell shelf silk silver sketch sky sled snow sofa soup spark sparrow spice spinach spiral spoon
    spring spruce square stable stair star station statue stone stove straw stream street sugar summer sunday sunset
    swallow swan syrup table tailor teapot tempo tent terrace thistle thunder ticket tiger tile timber toast tomato
    topaz torch towel tower track train tulip tunnel turnip turtle valley vanilla vase velvet village vine violet
    violin volcano wagon walnut water wave wheat wheel willow window winter wolf wool yarn yellow yogurt zebra zinc
"""
WORDS = tuple(_PLAIN.split())
_DIGITS = 10_000  # with two words and two numbers there are 2 to the power of 43: nobody hits one by chance


class Fresh:
    """The draws of one check."""

    def __init__(self, seed: str, check: str = "") -> None:
        self._random = random.Random(f"{seed}/{check}")
        self._given: set[str] = set()

    def word(self) -> str:
        """Small letters and digits, as in "maple4827river1930"; never the same one twice."""
        while True:
            word = "".join(f"{self._random.choice(WORDS)}{self._random.randrange(_DIGITS):04}" for _ in range(2))
            if word not in self._given:
                self._given.add(word)
                return word

    def name(self, suffix: str = "") -> str:
        """A file name: a word and the suffix, as in "maple4827river1930.html"."""
        return self.word() + suffix

    def text(self, lines: int = 3) -> str:
        r"""Lines of words in plain ASCII, each ended by \n."""
        return "".join(" ".join(self.word() for _ in range(4)) + "\n" for _ in range(lines))

    def number(self, low: int, high: int) -> int:
        """A whole number, low and high included."""
        return self._random.randint(low, high)

    def bytes(self, count: int) -> bytes:
        """That many random bytes."""
        return self._random.randbytes(count)

    def choice(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return self._random.choice(items)
