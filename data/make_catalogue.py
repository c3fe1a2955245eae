"""Write data/catalogue.md, the product catalogue of a shop that does not exist: the same bytes on every machine.

    python data/make_catalogue.py

About 50,000 tokens on a current Claude model (125,000 characters at the documented 2.5 each). All words are our own.
Nothing in it changes with time: no stock, no dates, no offers. Such things would spoil a cache, and belong elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

CATALOGUE = Path(__file__).with_name("catalogue.md")
ARTICLES = 20
"""In each range."""
FIRST_NUMBER = 1001
STARTS = ("Fell", "Tarn", "Wind", "Gorse", "Heather", "Larch", "Birch", "Rowan", "Cairn", "Scree", "Marsh", "Frost",
          "Ember", "Slate", "Moss", "Otter", "Plover", "Curlew", "Hazel", "Alder", "Thrush", "Bracken", "Sorrel",
          "Flint", "Cloud", "Thaw", "Heron", "Juniper")
ENDS = ("brow", "side", "gap", "rigg", "holm", "wick", "mere", "gate", "pike", "garth", "beck", "fold", "stead", "low",
        "hurst", "rise")
COLOURS = ("slate", "moss", "rust", "sand", "charcoal", "spruce", "plum", "ochre", "navy", "clay", "ice", "raspberry")
FOR_WHOM = ("women", "men", "everybody")
CLOTHES, SHOES, GEAR = "XS to XXL", "36 to 47", ""

INTRO = """\
# Acme Outfitters: catalogue

Each article has a number (AO and four digits), a name, whom it is cut for, its price with sales tax, its sizes, its
colours and its weight in the middle size. The number is what an order names. Water columns are in millimetres, fill
powers in cubic inches an ounce, temperatures in degrees Celsius. How to wash, return and repair is in the handbook, not
here; neither is stock, which changes by the hour.
"""


class Range(NamedTuple):
    """One chapter: what it sells, and what can be said of it."""

    title: str
    noun: str
    sizes: str
    price: tuple[int, int]
    grams: tuple[int, int]
    intro: str
    makes: Sequence[str]
    """From the cheap to the dear; their weights go from the first of `grams` to the second."""
    remarks: Sequence[str]


RANGES = (
    Range("Waterproof jackets", "jacket", CLOTHES, (119, 399), (240, 690),
          "Cut to be worn over a fleece. All seams are taped and all hoods can be set with one hand.",
          ("two layers and a mesh lining, water column 10,000",
           "two and a half layers of recycled polyamide, water column 15,000",
           "three layers with a soft backing, water column 20,000",
           "three layers with a tough face, water column 28,000"),
          ("Two chest pockets stay free under a hip belt.",
           "The hood fits over a helmet and is stiffened at the rim.", "Zips under the arms open from both ends.",
           "The cuffs close over gloves.", "It packs into its left pocket, which is then the size of a grapefruit.",
           "The back is four centimetres longer than the front.",
           "Reflecting piping on both sleeves is seen from afar.",
           "The main zip runs in both directions and is sealed without a flap.")),
    Range("Insulated jackets", "insulated jacket", CLOTHES, (99, 349), (720, 280),
          "Warm when you stop, not while you climb. Down is the lighter choice, fibre the one for wet weather.",
          ("recycled polyester fibre of 100 grams a square metre",
           "recycled polyester fibre of 60 grams a square metre", "goose down with a fill power of 700",
           "goose down with a fill power of 850"),
          ("Chambers of different width keep the filling where the body needs it.",
           "The hem is drawn in with one cord.", "An inner pocket dries gloves on the move.",
           "The shell keeps a shower off.", "The collar is lined with fleece where the chin rubs.",
           "It is worn alone or below a shell.", "The stuff sack hangs on a loop inside and can't be lost.",
           "Side panels of jersey let it stretch.")),
    Range("Fleeces", "fleece", CLOTHES, (49, 159), (210, 540),
          "The layer between. The thin ones are worn all day, the thick ones beside the tent.",
          ("100 grams of grid fleece", "200 grams of brushed fleece", "wool and polyester, knitted and brushed",
           "300 grams of high pile fleece"),
          ("Flat seams don't press below straps.", "Thumb loops keep the sleeves down under a jacket.",
           "A chest pocket holds a map that is folded twice.", "It dries over night on a line.",
           "The zip goes down to the breastbone.", "The collar can be worn up without a scarf.",
           "Elbows are doubled.", "The hem lies flat below a hip belt.")),
    Range("Base layers", "shirt", CLOTHES, (29, 119), (90, 260),
          "Next to the skin. Merino smells less and warms when damp; polyester dries faster and costs less.",
          ("recycled polyester of 120 grams", "merino of 150 grams", "merino of 200 grams",
           "merino of 260 grams, knitted as a waffle"),
          ("The shoulder seam is moved forward, away from rucksack straps.",
           "Gussets below the arms give room to reach.",
           "It can be worn for several days before it must be washed.", "The neck has a short zip.",
           "The tail stays in the trousers when you bend.", "There is no label to scratch: it is printed.",
           "It is knitted as a tube and has no side seams.",
           "The sleeves are long enough to be pulled over the hands.")),
    Range("Trekking trousers", "trousers", "34 to 52, short, regular and long", (69, 199), (260, 520),
          "For walking in one climate or in three. Lengths are given as the inner leg.",
          ("light polyamide with a little elastane", "stretching double weave of polyamide",
           "cotton and polyester, to be waxed", "softshell, brushed on the inside"),
          ("The legs zip off above the knee, and left and right have other colours inside.",
           "Knees are shaped and doubled.", "A zip along the thigh lets air in.",
           "The thigh pocket holds a telephone or a map.", "Two hooks fasten the hem to the boot.",
           "A gusset gives room for high steps.", "The waist is set with flat webbing that lies below a hip belt.",
           "Mosquitoes don't bite through the weave.")),
    Range("Shorts", "shorts", CLOTHES, (45, 99), (120, 290),
          "For heat. All of them reach to a hand above the knee.",
          ("light polyamide with elastane", "recycled polyester, perforated at the sides",
           "hemp and organic cotton", "stretching double weave"),
          ("The inner short keeps thighs from rubbing.", "A pocket at the back closes with a zip.",
           "They may go into the river and are dry before lunch.", "The waistband is soft at the back.",
           "A loop takes a carabiner or keys.", "The cut allows for long steps.",
           "Colour stays in sun and chlorine.", "They pack as small as an apple.")),
    Range("Hiking boots", "boots", SHOES, (149, 329), (820, 1650),
          "Weights are for a pair in 42. Try them on in the afternoon, with the socks that you will wear.",
          ("suede and mesh, without a membrane", "woven polyamide, a membrane and a bending sole",
           "nubuck, a membrane and a stiff sole", "full leather, lined with leather, can be resoled"),
          ("A rubber rim keeps stones off the upper.", "The heel is held by a hook that locks the lower laces.",
           "The tongue is sewn to the shaft as high as the third hook.",
           "Wet rock is where this rubber is at its best.", "The last is wide at the toes.",
           "They need about thirty hours of walking before they fit as they will.",
           "The cork below the foot takes its shape.", "The shaft reaches two fingers above the ankle.")),
    Range("Trail shoes", "trail shoes", SHOES, (89, 189), (440, 860),
          "Low, light and quick to dry. Weights are for a pair in 42; the drop is from heel to toe.",
          ("a knitted upper, a flat sole, a drop of four millimetres",
           "mesh over a plate that keeps stones off, a drop of six millimetres",
           "a close upper and lugs of five millimetres, a drop of eight",
           "mesh with a membrane, for winter and wet meadows, a drop of eight millimetres"),
          ("A pull cord takes the place of laces.", "A gaiter hooks in at the front.",
           "The insole can be taken out and washed.", "The midsole is softer at the heel.",
           "They are made for soft ground and wear fast on asphalt.", "The toe box leaves room for a swollen foot.",
           "Two loops at the heel help with the first step in.",
           "The tongue is thin and holds itself in the middle.")),
    Range("Socks", "socks", "35 to 49, in pairs of sizes", (12, 35), (40, 140),
          "Two of a kind are sold as a pair, three pairs of a kind cost as much as two and a half.",
          ("silk, to be worn below another sock", "recycled polyester that carries sweat outwards",
           "merino, polyamide and a little elastane", "wool of two strengths, plush at sole and shin"),
          ("Left and right are knitted differently.", "There is no seam above the toes.",
           "The cuff leaves no mark.", "A band of elastic holds the arch.",
           "They come up to the middle of the calf.", "The heel is knitted twice.",
           "They are thin enough for a shoe that is already tight.", "They may be turned and worn a second day.")),
    Range("Gloves", "gloves", "S to XL", (19, 119), (35, 240),
          "Measure round the hand, without the thumb.",
          ("merino, thin enough to write in", "fleece that stops the wind", "goat leather, lined with wool",
           "a membrane and 120 grams of fibre"),
          ("Thumb and first finger work a screen.", "A loop keeps them on the wrist when they are taken off.",
           "The palm is covered with silicone.", "The cuff closes with one pull.",
           "A soft patch on the thumb is there to wipe a nose.", "They are shaped for holding poles.",
           "The seams are on the outside.", "Left and right hook together on a line.")),
    Range("Hats", "hat", "S to XL", (15, 69), (25, 140),
          "Measure round the head, above the ears.",
          ("polyamide with a brim all round", "cotton, waxed", "merino, knitted double",
           "fleece with flaps over the ears"),
          ("It fits below a helmet.", "The band inside takes the sweat and can be washed.",
           "A cord holds it in the wind.", "It can be sat on without harm.",
           "The colour inside is darker, so that nothing glares.", "It packs flat.",
           "A loop hangs it on a rucksack.", "It keeps its shape when wet.")),
    Range("Day packs", "day pack", GEAR, (49, 149), (380, 1150),
          "From 18 to 32 litres. A sleeve for a hydration bladder is in all of them.",
          ("18 litres, polyamide of 100 denier", "24 litres, polyamide of 210 denier",
           "28 litres, roll top, welded", "32 litres with a separate bottom"),
          ("The rain cover is in a pocket of its own.",
           "The back is held off by a frame of wire, so that air passes.",
           "Both side pockets can be reached without taking it off.", "Poles hang on the left shoulder strap.",
           "The hip belt comes off.", "A helmet goes on the outside, in a net.", "Keys have a hook of their own.",
           "A whistle is in the chest buckle.")),
    Range("Trekking rucksacks", "trekking rucksack", GEAR, (159, 359), (1150, 2450),
          "From 45 to 75 litres. The back length is set with a scale that tells your height.",
          ("45 litres, for loads of up to 12 kilograms", "55 litres, for loads of up to 16 kilograms",
           "65 litres, for loads of up to 22 kilograms", "75 litres, for loads of up to 28 kilograms"),
          ("Lid and hip belt together make a small pack for a summit.",
           "The bottom has a zip and a wall that can be taken out.",
           "The stays are of aluminium and can be bent to your back.", "Ice axes hang where they harm nobody.",
           "The hip belt is stiff when new and fits after a day.", "The pocket on the belt holds a camera.",
           "Ten loops take what does not fit in.", "It stands by itself when full.")),
    Range("Tents", "tent", GEAR, (189, 649), (1240, 4300),
          "Weights are with pegs and bag. The number of persons is honest: mats of 60 centimetres lie side by side.",
          ("one person, one door", "two persons, one door, stands without pegs",
           "two persons, two doors and two porches", "three persons, two doors, a porch to stand bicycles in",
           "four persons, two cabins, can be stood in"),
          ("The inner tent stays hung in, so that it goes up dry in rain.",
           "Poles are of aluminium and marked in colour.",
           "It held in the wind tunnel up to 95 kilometres an hour.", "It goes up in six minutes, the second time.",
           "The outer tent can be pitched alone.", "The groundsheet has a water column of 5,000.",
           "Vents at both ends can be closed from inside.",
           "A repair sleeve, tape and two spare pegs are in the bag.")),
    Range("Sleeping bags", "sleeping bag", "S, M and L, zip left or right", (89, 499), (560, 1900),
          "The temperature is the comfort limit of the usual norm. Who feels the cold adds five degrees.",
          ("polyester fibre, comfort at 8 degrees", "duck down of 650, comfort at 3 degrees",
           "polyester fibre, comfort at 0 degrees", "goose down of 800, comfort at minus 4 degrees",
           "goose down of 850, comfort at minus 12 degrees"),
          ("Left and right zips can be joined.", "A baffle along the zip stops the draught.",
           "The foot end has room for feet, and is filled more.", "The collar closes in the dark with one hand.",
           "It can be opened to a blanket.", "A small pocket keeps a battery warm.",
           "The shell takes dew, but no rain.", "It comes with a net bag to be stored in, uncompressed.")),
    Range("Sleeping mats", "mat", "regular and long", (29, 219), (290, 1100),
          "The R value tells how well a mat keeps the ground's cold off; values of two mats add up.",
          ("closed foam, folded, R value 2.1", "closed foam, rolled, R value 2.6",
           "self-inflating, 4 centimetres, R value 3.4", "air, 8 centimetres with a foil inside, R value 4.8",
           "air and fibre, 9 centimetres, R value 6.2"),
          ("It makes less noise than its kind usually does.", "The long one is wider at the shoulders.",
           "A strap joins two of them.", "The upper side does not slip on silk.",
           "It serves as a back inside a rucksack.", "Its ends are cut to fit narrow tents.",
           "One side is marked: it goes up.", "It can be wiped clean.")),
    Range("Stoves", "stove", GEAR, (29, 189), (85, 640),
          "Gas goes by road, and takes a day longer. Stoves are used outdoors only, never in a tent.",
          ("spirit burner with a wind screen of aluminium", "gas burner that is screwed on, 2,600 watts",
           "gas burner on legs with a hose, 3,000 watts", "burner for gas, petrol and paraffin, 3,200 watts"),
          ("Half a litre boils in four minutes at 15 degrees without wind.",
           "The supports take pots of up to 20 centimetres.", "It simmers, which few do.",
           "It folds to the size of a fist.", "Every part that wears can be bought singly.",
           "The jet is cleaned with the needle that comes with it.", "It burns with little noise.",
           "A bag keeps its soot from the rest.")),
    Range("Pots", "pot", GEAR, (25, 99), (110, 940),
          "Volumes are to the mark, not to the rim.",
          ("hard anodised aluminium, 0.9 litres", "hard anodised aluminium, 1.3 litres, with fins",
           "hard anodised aluminium, 2.2 litres", "steel, a set of 1 and 2 litres with a pan"),
          ("The handles fold over the lid.", "A cartridge of 230 grams fits inside.", "The lid is a sieve, too.",
           "Marks on the inside tell every 100 millilitres.", "The bottom is ribbed and does not slide.",
           "It may be used over a fire.", "A spoon of metal does it no harm.",
           "The lid can be lifted with a glove.")),
    Range("Bottles", "bottle", GEAR, (15, 49), (60, 480),
          "All of them can be boiled out, none gives a taste.",
          ("soft bottle of 1 litre that rolls up", "steel with one wall, 0.8 litres",
           "steel with two walls, 0.5 litres, warm for eight hours",
           "steel with two walls, 0.75 litres, warm for twelve hours"),
          ("The opening takes ice cubes.", "The lid hangs on a loop.", "It can be cleaned with a brush.",
           "It stands in a bicycle's holder.", "It fits onto threads of 28 millimetres.", "The lid is a cup.",
           "The outside does not slip in a wet hand.", "A second lid with a spout can be had.")),
    Range("Water filters", "filter", GEAR, (35, 99), (60, 340),
          "A filter that froze has to be replaced, even if it looks whole. What is dissolved in water stays in it.",
          ("hollow fibres, on a bottle, for 1,000 litres", "hollow fibres and carbon, on a bottle, for 500 litres",
           "hollow fibres in a bag of 3 litres that hangs, for 1,500 litres",
           "ceramic with a pump, for 8,000 litres"),
          ("The flow is a litre a minute when new.", "It is rinsed backwards with clean water.",
           "A cap keeps the clean end clean.", "Whoever carries it needs no second bottle.",
           "It tells by its colour when it is used up.", "It holds bacteria and protozoa back, not viruses.",
           "It weighs little more when wet.", "The first litre is thrown away.")),
    Range("Headlamps", "headlamp", GEAR, (29, 159), (60, 290),
          "The hours are until a tenth of the light is left.",
          ("250 lumens, 40 hours, three small cells", "450 lumens, 60 hours, charged by cable",
           "700 lumens, 12 hours at full light, charged by cable",
           "900 lumens, 8 hours at full light, battery at the back of the head"),
          ("Red light spares the eyes of the others.", "It can be locked, so that it does not shine in the bag.",
           "It withstands rain, and half an hour under water.", "The band can be washed.",
           "It dims by itself when you look at a map.",
           "One button does everything, which takes an evening to learn.",
           "A ring of small lights tells what is left.", "It may be clipped to a tent's roof.")),
    Range("Trekking poles", "poles", GEAR, (39, 159), (540, 340),
          "Sold as a pair. The length is right when the elbow makes a right angle.",
          ("aluminium in two parts, 80 to 145 centimetres", "aluminium in three parts, 65 to 140 centimetres",
           "carbon in three parts, 65 to 135 centimetres", "carbon in four parts, folded to 38 centimetres"),
          ("The tips are of hard metal and can be changed.", "The grip goes on below, for steep slopes.",
           "Levers hold better than screws, and can be set without tools.", "Baskets for snow are with them.",
           "Straps tell left from right.", "The grip is of cork and fits the hand after a week.",
           "Rubber caps are for asphalt.", "Lengths are marked every five centimetres.")),
)


def chosen(seed: str, among: int) -> int:
    """A number below *among* that depends on *seed* alone: Python promises no `random` that stays the same for ever."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % among


def shuffled(seed: str, items: Sequence[str]) -> list[str]:
    """*items* in an order that depends on *seed* alone."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed} {item}".encode()).digest())


def between(seed: str, edges: tuple[int, int], step: int, band: int, bands: int) -> int:
    """A multiple of *step* in one of *bands* equal parts of what lies between the two *edges*."""
    low, width = edges[0] / step, (edges[1] - edges[0]) / step
    return round(low + width * (band + chosen(seed, 100) / 100) / bands) * step


def article(number: int, name: str, shelf: Range) -> str:
    """One article: its line, its facts, three remarks, and what goes with it."""
    seed, count = f"AO-{number}", len(RANGES) * ARTICLES
    bands = len(shelf.makes)
    band = chosen(seed + "make", bands)
    make, remarks = shelf.makes[band], shuffled(seed, shelf.remarks)[:3]
    price = between(seed + "price", shelf.price, 5 if shelf.price[1] > 60 else 1, band, bands)
    whom = f", {FOR_WHOM[chosen(seed + 'whom', 3)]}" if shelf.sizes in (CLOTHES, SHOES) else ""
    facts = [f"{price - 1}.90", shelf.sizes, ", ".join(shuffled(seed, COLOURS)[:2 + chosen(seed + "colours", 3)]),
             f"{between(seed + 'grams', shelf.grams, 10, band, bands):,} g"]
    steps = (1 + chosen(seed + "first", count // 2), count // 2 + 1 + chosen(seed + "second", count // 2 - 1))
    others = [FIRST_NUMBER + (number - FIRST_NUMBER + step) % count for step in steps]
    return (f"### {seed} {name} {shelf.noun}{whom}\n\n{'; '.join(fact for fact in facts if fact)}.\n"
            f"{make[0].upper()}{make[1:]}. {' '.join(remarks)} Goes well with AO-{others[0]} and AO-{others[1]}.\n")


def catalogue() -> str:
    """The whole text, in ASCII."""
    names = shuffled("names", [start + end for start in STARTS for end in ENDS])
    chapters, number = [INTRO], FIRST_NUMBER
    for shelf in RANGES:
        chapters.append(f"## {shelf.title}\n\n{shelf.intro}\n")
        for _ in range(ARTICLES):
            chapters.append(article(number, names[number - FIRST_NUMBER], shelf))
            number += 1
    return "\n".join(chapters)


if __name__ == "__main__":
    CATALOGUE.write_bytes(catalogue().encode("ascii"))
