// SPDX-License-Identifier: MIT
// Generated from data/wide.json by scripts/generate.mjs: do not edit.

/** Characters that take two columns: East Asian Width W and F, Unicode 12. */
export const wide = [
  [0x1100, 0x115F], // from hangul choseong kiyeok
  [0x231A, 0x231B], // from watch
  [0x2329, 0x232A], // from left-pointing angle bracket
  [0x23E9, 0x23EC], // from black right-pointing double triangle
  [0x23F0, 0x23F0], // alarm clock
  [0x23F3, 0x23F3], // hourglass with flowing sand
  [0x25FD, 0x25FE], // from white medium small square
  [0x2614, 0x2615], // from umbrella with rain drops
  [0x2648, 0x2653], // from aries
  [0x267F, 0x267F], // wheelchair symbol
  [0x2693, 0x2693], // anchor
  [0x26A1, 0x26A1], // high voltage sign
  [0x26AA, 0x26AB], // from medium white circle
  [0x26BD, 0x26BE], // from soccer ball
  [0x26C4, 0x26C5], // from snowman without snow
  [0x26CE, 0x26CE], // ophiuchus
  [0x26D4, 0x26D4], // no entry
  [0x26EA, 0x26EA], // church
  [0x26F2, 0x26F3], // from fountain
  [0x26F5, 0x26F5], // sailboat
  [0x26FA, 0x26FA], // tent
  [0x26FD, 0x26FD], // fuel pump
  [0x2705, 0x2705], // white heavy check mark
  [0x270A, 0x270B], // from raised fist
  [0x2728, 0x2728], // sparkles
  [0x274C, 0x274C], // cross mark
  [0x274E, 0x274E], // negative squared cross mark
  [0x2753, 0x2755], // from black question mark ornament
  [0x2757, 0x2757], // heavy exclamation mark symbol
  [0x2795, 0x2797], // from heavy plus sign
  [0x27B0, 0x27B0], // curly loop
  [0x27BF, 0x27BF], // double curly loop
  [0x2B1B, 0x2B1C], // from black large square
  [0x2B50, 0x2B50], // white medium star
  [0x2B55, 0x2B55], // heavy large circle
  [0x2E80, 0x303E], // from cjk radical repeat
  [0x3041, 0x3247], // from hiragana letter small a
  [0x3250, 0x4DBF], // from partnership sign
  [0x4E00, 0xA4C6], // from cjk unified ideograph-4e00
  [0xA960, 0xA97C], // from hangul choseong tikeut-mieum
  [0xAC00, 0xD7A3], // from hangul syllable ga
  [0xF900, 0xFAD9], // from cjk compatibility ideograph-f900
  [0xFE10, 0xFE19], // from presentation form for vertical comma
  [0xFE30, 0xFE6B], // from presentation form for vertical two dot leader
  [0xFF01, 0xFF60], // from fullwidth exclamation mark
  [0xFFE0, 0xFFE6], // from fullwidth cent sign
  [0x16FE0, 0x1B2FB], // from tangut iteration mark
  [0x1F004, 0x1F004], // mahjong tile red dragon
  [0x1F0CF, 0x1F0CF], // playing card black joker
  [0x1F18E, 0x1F18E], // negative squared ab
  [0x1F191, 0x1F19A], // from squared cl
  [0x1F200, 0x1F320], // from square hiragana hoka
  [0x1F32D, 0x1F335], // from hot dog
  [0x1F337, 0x1F37C], // from tulip
  [0x1F37E, 0x1F393], // from bottle with popping cork
  [0x1F3A0, 0x1F3CA], // from carousel horse
  [0x1F3CF, 0x1F3D3], // from cricket bat and ball
  [0x1F3E0, 0x1F3F0], // from house building
  [0x1F3F4, 0x1F3F4], // waving black flag
  [0x1F3F8, 0x1F43E], // from badminton racquet and shuttlecock
  [0x1F440, 0x1F440], // eyes
  [0x1F442, 0x1F4FC], // from ear
  [0x1F4FF, 0x1F53D], // from prayer beads
  [0x1F54B, 0x1F54E], // from kaaba
  [0x1F550, 0x1F567], // from clock face one oclock
  [0x1F57A, 0x1F57A], // man dancing
  [0x1F595, 0x1F596], // from reversed hand with middle finger extended
  [0x1F5A4, 0x1F5A4], // black heart
  [0x1F5FB, 0x1F64F], // from mount fuji
  [0x1F680, 0x1F6C5], // from rocket
  [0x1F6CC, 0x1F6CC], // sleeping accommodation
  [0x1F6D0, 0x1F6D2], // from place of worship
  [0x1F6EB, 0x1F6EC], // from airplane departure
  [0x1F6F4, 0x1F6FA], // from scooter
  [0x1F90D, 0x1F93A], // from pinched fingers
  [0x1F93C, 0x1F945], // from wrestlers
  [0x1F947, 0x1F9FF], // from first place medal
  [0x20000, 0x2FFFD], // supplementary ideographic plane
  [0x30000, 0x3FFFD], // tertiary ideographic plane
];
