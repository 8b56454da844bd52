/** What the image is, and what a container of it may not by default. */
import { z } from 'zod';
import type { Engine } from './engine.ts';
import { image } from './image.ts';

const bytesMax = 250_000_000;

const Inspected = z.tuple([
  z.looseObject({
    Size: z.number(),
    Config: z.looseObject({
      User: z.string(),
      Labels: z.record(z.string(), z.string()),
      Entrypoint: z.array(z.string()),
      Healthcheck: z.looseObject({ Test: z.array(z.string()) }),
    }),
  }),
]);

/** Throws where it is not as it must be. */
export async function inspectImage(engine: Engine): Promise<string[]> {
  const [{ Size, Config }] = Inspected.parse(JSON.parse(await engine.docker(`inspect ${image}`)));
  const must = (what: string, isSo: boolean) => {
    if (!isSo) throw new Error(`the image: ${what}`);
  };
  must(`${Size} bytes, more than ${bytesMax}`, Size < bytesMax);
  must('it runs as root', Config.User === '10001:10001');
  must('it has no init', Config.Entrypoint[0] === 'tini');
  must('it has no license', Config.Labels['org.opencontainers.image.licenses'] === 'Apache-2.0');
  must('its health is not looked at', Config.Healthcheck.Test.includes('status'));
  const inside = (command: string) =>
    engine.docker(`run --rm --network none --read-only --entrypoint sh ${image} -c '${command}'`);
  const parts = Number(await inside('grep -c bom-ref /opt/bzzz/sbom.cdx.json'));
  must('its bill of materials is empty', parts > 100);
  const debian = Number(await inside('wc -l < /opt/bzzz/debian-packages.tsv'));
  must('Debian’s packages are not listed', debian > 50);
  const programs = ['bin/git', 'bin/bwrap', 'bin/tini', 'local/bin/node'];
  await inside(`cd /usr && ls ${programs.join(' ')}`);
  return [
    `the image: ${(Size / 1e6).toFixed(0)} MB, as ${Config.User}, ${parts} parts of npm and ${debian} of Debian listed`,
  ];
}

const Doctor = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      detail: z.string(),
      advice: z.string().nullable(),
    }),
  ),
});

/** By the engine's defaults there is no sandbox, and doctor says what is in the way. Throws where it does not. */
export async function refusedWithout(engine: Engine): Promise<string> {
  const answer = await engine.docker(
    `run --rm --network none --tmpfs /tmp ${image} doctor --json || true`,
  );
  const { checks } = Doctor.parse(JSON.parse(answer));
  const sandbox = checks.find(({ name }) => name === 'sandbox');
  const names = ['seccomp', 'systempaths=unconfined'];
  if (sandbox === undefined || sandbox.ok || !names.every((one) => sandbox.advice?.includes(one))) {
    throw new Error(`doctor does not tell what is in the way: ${JSON.stringify(sandbox)}`);
  }
  return `without the options of Compose, doctor says: ${sandbox.detail}`;
}
