/** Folder of the built page, as a `file:` URL: what a peer serves. */
export const pageFolder = new URL('./page/', import.meta.url).href;
