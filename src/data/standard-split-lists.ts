/**
 * The unseen classes of zero-shot splits that the literature names. Spelled for people: names are compared without regard
 * to case, spaces, signs and a number in front (`class-names.ts`).
 */

const names = (text: string): readonly string[] => text.trim().split(/\s*,\s*/);

/** Lampert, Nickisch, Harmeling: Learning to Detect Unseen Object Classes by Between-Class Attribute Transfer, CVPR 2009. */
export const AWA_STANDARD = names(`
  chimpanzee, giant panda, leopard, persian cat, pig, hippopotamus, humpback whale, raccoon, rat, seal
`);

/** Xian, Lampert, Schiele, Akata: Zero-Shot Learning – A Comprehensive Evaluation …, TPAMI 2019, "proposed split". */
export const AWA_PROPOSED = names(`
  sheep, dolphin, bat, seal, blue whale, rat, horse, walrus, giraffe, bobcat
`);

/**
 * Akata, Perronnin, Harchaoui, Schmid: Label-Embedding for Attribute-Based Classification, CVPR 2013; also Reed, Akata, Schiele,
 * Lee: Learning Deep Representations of Fine-Grained Visual Descriptions, CVPR 2016.
 */
export const CUB_STANDARD = names(`
  Black footed Albatross, Groove billed Ani, Least Auklet, Rhinoceros Auklet, Brewer Blackbird,
  Indigo Bunting, Brandt Cormorant, American Crow, Black billed Cuckoo, Yellow billed Cuckoo,
  Gray crowned Rosy Finch, Purple Finch, Northern Flicker, Acadian Flycatcher, Great Crested Flycatcher,
  Yellow bellied Flycatcher, Boat tailed Grackle, Horned Grebe, Western Grebe, Western Gull, Pomarine Jaeger,
  Belted Kingfisher, White breasted Kingfisher, Red legged Kittiwake, Pacific Loon, Mockingbird,
  Baltimore Oriole, Hooded Oriole, Scott Oriole, White Pelican, Western Wood Pewee, Sayornis,
  Great Grey Shrike, Black throated Sparrow, Field Sparrow, Grasshopper Sparrow, Tree Sparrow, Bank Swallow,
  Tree Swallow, Least Tern, White eyed Vireo, Cape May Warbler, Chestnut sided Warbler, Golden winged Warbler,
  Wilson Warbler, Northern Waterthrush, Bohemian Waxwing, Cedar Waxwing, American Three toed Woodpecker,
  Marsh Wren
`);

/** Xian et al. as above; the 2967 rows of `test_unseen_loc`. */
export const CUB_PROPOSED = names(`
  Groove billed Ani, Yellow headed Blackbird, Brandt Cormorant, Bronzed Cowbird, Brown Creeper,
  Black billed Cuckoo, Yellow billed Cuckoo, Yellow bellied Flycatcher, Northern Fulmar, Boat tailed Grackle,
  Pied billed Grebe, Evening Grosbeak, Green Violetear, Pomarine Jaeger, Tropical Kingbird,
  Red legged Kittiwake, Mallard, Mockingbird, White breasted Nuthatch, Orchard Oriole, Scott Oriole, Sayornis,
  American Pipit, Loggerhead Shrike, Baird Sparrow, Field Sparrow, Henslow Sparrow, Le Conte Sparrow,
  Savannah Sparrow, Tree Sparrow, White crowned Sparrow, Barn Swallow, Tree Swallow, Scarlet Tanager,
  Caspian Tern, Green tailed Towhee, White eyed Vireo, Yellow throated Vireo, Blue winged Warbler,
  Cape May Warbler, Cerulean Warbler, Chestnut sided Warbler, Kentucky Warbler, Magnolia Warbler,
  Orange crowned Warbler, Wilson Warbler, Pileated Woodpecker, Red cockaded Woodpecker, Red headed Woodpecker,
  Common Yellowthroat
`);

/** Xian et al. as above: the classes of the rows in `test_unseen_loc`, 20 a class in alphabetical order. 1440 of 14,340 rows. */
export const SUN_PROPOSED = names(`
  airlock, alley, archive, arena basketball, artists loft, auditorium, ballroom, bank vault,
  batting cage outdoor, bazaar indoor, bazaar outdoor, betting shop, bog, bow window indoor, brewery indoor,
  bus depot outdoor, canal natural, car interior frontseat, casino outdoor, cemetery, chemistry lab,
  church indoor, corral, cubicle office, dirt track, doorway indoor, elevator interior, excavation,
  exhibition hall, field cultivated, firing range indoor, fishpond, galley, geodesic dome indoor,
  hangar indoor, hoodoo, hotel room, ice shelf, jacuzzi indoor, japanese garden, landing deck, lawn,
  monastery outdoor, mosque indoor, motel, nightclub, observatory outdoor, parking lot, piano store,
  playground, promenade deck, pub indoor, racecourse, rectory, sandbox, savanna, ski resort,
  temple south asia, theater indoor seats, ticket booth, trading floor, train station platform, tundra,
  tunnel road outdoor, vestry, vineyard, volleyball court outdoor, watering hole, workshop,
  wrestling ring indoor, yard, ziggurat
`);

/** Farhadi, Endres, Hoiem, Forsyth: Describing Objects by their Attributes, CVPR 2009: Pascal's 20 are seen, Yahoo's 12 are not. */
export const APY_YAHOO = names(`
  donkey, monkey, goat, wolf, jetski, zebra, centaur, mug, statue, building, bag, carriage
`);
