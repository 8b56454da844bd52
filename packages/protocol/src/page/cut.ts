/** Where the rest of a page is left out. No text has it: it is no character, and what has one loses it. */
export const cut = '\uFDD1';
