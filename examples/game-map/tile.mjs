// What the bytes of a tile mean.

/** Elevation: 0 is the deepest sea, from here on it is land. */
export const SEA_LEVEL = 96

/** Soil: 0 barren to 254 rich; 255 means that water stands here. */
export const WATER = 255

// Life: what grows in the upper four bits, one bit each, so that `|` of the neighbours answers "is there any ... about";
// its age in the lower four. Bare ground with an age was burnt, and its ash cools down from 15 to 0.
export const GRASS = 0x10
export const WOOD = 0x20
export const FIRE = 0x40
export const TOWN = 0x80
export const AGE = 0x0f
export const ASH = AGE

/** Up to this age a settled tile is a field; older ones are built on. A town is oldest in its middle. */
export const FIELD_AGE = 4
