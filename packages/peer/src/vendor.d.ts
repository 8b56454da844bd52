declare module 'fs-native-extensions' {
  /** False: another open file description holds a lock. Free again when the descriptor closes. */
  export function tryLock(fd: number): boolean;
}
