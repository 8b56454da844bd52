/** What a person may do with the mesh of the demo while it stays up. */

export interface HintFacts {
  readonly repo: string;
  readonly bareRepository: string;
  /** The peer that the commands ask. */
  readonly peer: { readonly name: string; readonly dataDir: string; readonly pid: number | null };
}

export function hintLines({ repo, bareRepository, peer }: HintFacts): string[] {
  const data = `--data ${peer.dataDir}`;
  return [
    'The mesh stays up. In another terminal:',
    `  file an issue:  scripts/bzzz submit ${data} --repo ${repo} --recipe license-header --param module=distance --title 'License header for distance'`,
    `  see it:         scripts/bzzz open ${data}   (prints the link to the page)`,
    `  look around:    scripts/bzzz status|peers|tasks|logs|top ${data}`,
    `  ask why:        scripts/bzzz why 4 ${data}   (an issue by its number, or a peer by its name)`,
    ...(peer.pid === null
      ? []
      : [
          `  kill a peer:    kill -9 ${peer.pid}   (${peer.name}; the others take its work over)`,
          `  start it again: scripts/bzzz up ${data}   (until Ctrl-C there, or here)`,
        ]),
    `  plain git:      git -C ${bareRepository} log --oneline --graph --all`,
    'Ctrl-C stops everything that the demo started, and who took the place of a peer of it.',
  ];
}
