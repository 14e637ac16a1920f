/** Access that the mode of a file or folder gives to users other than its owner (inode(7)). */
export interface OthersAccess {
  /**
   * True if everybody may write to it. For a folder: anybody may add, replace and remove files; a sticky folder, in which users can remove only their
   * own files, does not count.
   */
  readonly everybodyWrites: boolean;
  readonly groupWrites: boolean;
  readonly everybodyReads: boolean;
  readonly groupReads: boolean;
}

const sticky = 0o1000;

/** Returns the access that a mode gives to other users. @param isFolder true: reading means listing or entering the folder */
export function othersAccess(mode: number, isFolder: boolean): OthersAccess {
  const guarded = isFolder && (mode & sticky) !== 0;
  const [groupReads, everybodyReads] = isFolder ? [0o050, 0o005] : [0o040, 0o004];
  return {
    everybodyWrites: (mode & 0o002) !== 0 && !guarded,
    groupWrites: (mode & 0o020) !== 0 && !guarded,
    everybodyReads: (mode & everybodyReads) !== 0,
    groupReads: (mode & groupReads) !== 0,
  };
}

/** Formats a mode for chmod(1), e.g. `0640`. */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
