/** Fields that stand in more than one section of a policy. */
import { z } from 'zod';
import { PromptExecutor } from './executors.ts';
import { isModelHost } from './model-hosts.ts';

/** One command as an argument vector; never a shell line. `{name}` stands for a parameter. */
export const Argv = z.array(z.string().min(1).max(1024)).min(1).max(64);
export const Argvs = z.union([Argv.transform((argv) => [argv]), z.array(Argv).min(1).max(16)]);

/** Commands that a model may choose from, by name. */
export const NamedCommands = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), Argv);

/** What may work on plain words, the best first; a peer that has one of them is able, and uses the first that it has. */
export const PromptExecutors = z
  .array(PromptExecutor)
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'an executor stands there twice');

/** By its name in the DNS; its last part begins with a letter, so an address is none. */
const HostName = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .refine((host) => !isModelHost(host), 'models are asked through the peer, which counts it');
/** Hosts that commands may reach, on ports 443 and 80, through a proxy of the peer. */
export const Hosts = z.array(HostName).max(32);

/** Programs that a peer must have. */
export const Programs = z
  .array(z.string().regex(/^[A-Za-z0-9._+-]{1,64}$/))
  .max(16)
  .default([]);
