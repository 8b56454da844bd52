/** Where a value of the configuration came from. */
export interface Origin {
  readonly source: 'flag' | 'environment' | 'file' | 'default';
  /** `--name`, `BZZZ_NAME`, `bzzz.yml:12`, or how the default was found. */
  readonly where: string;
}

/** One value as it was said, before it is checked. */
export interface Said {
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Later sources win. */
export const rank: Readonly<Record<Origin['source'], number>> = {
  default: 0,
  file: 1,
  environment: 2,
  flag: 3,
};
