/**
 * Loading the network and the forge's client costs most of a second, which nobody wants to wait for
 * `bzzz status`. So this file loads neither: a peer's parts are loaded when it starts.
 */
export { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.ts';
export type { Origin } from './config/origin.ts';
export type { Environment, Flags } from './config/said.ts';
export { type Setting, settings } from './config/settings.ts';
export { type ShownSetting, showConfig } from './config/show.ts';
export type {
  Check,
  LogLine,
  PeerAnswer,
  PlainEntry,
  Problem,
  QuarantineAnswer,
  StatusAnswer,
  StoryEntry,
  SubmitAnswer,
  TaskAnswer,
  WhyPeerAnswer,
  WhyTaskAnswer,
} from '@bzzz/protocol/api';
export { type ControlClient, createControlClient, type LogOptions } from './control/client.ts';
export type { SubmitRequest } from '@bzzz/protocol/api';
export { type Layout, layoutOf, makeDataFolder } from './folder/layout.ts';
export { createSecretFile, readSecretFile, replaceSecretFile } from './folder/secret-file.ts';
export {
  createLogger,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  logLevels,
} from './logger.ts';
export { span } from './status/span.ts';
export { machineText } from './system/machine.ts';
export { publishedCertificate } from './published-certificate.ts';
export { verifyCertificate } from './verify-certificate.ts';
export { verifyEvidence } from './verify-evidence.ts';
export { version } from './version.ts';
export { diagnose, type DiagnoseOptions } from './doctor/diagnose.ts';
export { diagnoseNet } from './doctor/net/net.ts';
export {
  type Backup,
  makeBackup,
  readBackup,
  restoreBackup,
  writeBackup,
} from './folder/backup.ts';
export { openIdentity, openMeshKey } from './folder/keys.ts';
export { refuseSharedFolder } from './folder/place.ts';
export { openFences, setUpRepository } from './forge/load.ts';
export type { FenceLink, FenceReader, FenceTips } from './forge/fences.ts';
export { foundMesh, isGuest, joinMesh, meshKeys } from './joining/load.ts';
export { type FolderLock, lockFolder } from './folder/lock.ts';
export { isNear, type Owner, ownerOf, ownerText, thisProcess } from './folder/owner.ts';
export type { OpenFace } from './assemble.ts';
export type { Figures } from './figures/figures.ts';
export type { Asker, Operations } from './operations/operations.ts';
export { createPeer, type Peer } from './peer.ts';
