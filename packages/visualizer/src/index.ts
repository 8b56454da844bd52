/** Folder of the built page, as a `file:` URL: what a peer serves. */
export const pageFolder = new URL('../dist/page/', import.meta.url).href;
