import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

const machine = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', machine: true, title, meaning, next });

/** Codes K200 to K229: sealed archives. */
export const sealingFindings = {
  K200: error(
    'a sealed archive needs its keyring',
    'The archive is sealed: its recordings are encrypted, and the secrets are in a keyring outside of it. None was given, and the folder where longplay keeps keys has none. Nothing was changed. Fixity can be verified without any key.',
    'Name the folder of the keyring, or of a copy of it, with LONGPLAY_KEYRING.',
  ),
  K201: error(
    'the keyring does not fit the archive',
    'The keyring does not have the page with the secrets of this archive: it belongs to another archive, or is a copy from before this archive was created.',
    'Name the keyring of this archive, or synchronise its copies with `longplay keyring sync`.',
  ),
  K202: error(
    'a sealed file does not open',
    'The secret of the file does not decrypt it, or a part of the file differs from what was sealed: the file was damaged or replaced, or the page of the keyring belongs to another attempt to write the bag.',
    'Run `longplay verify ARCHIVE`: it compares the stored bytes with manifests and log, without any key. If the bytes have changed: `longplay replica repair ARCHIVE`.',
  ),
  K203: error(
    'secrets are not in the keyring',
    'The keyring has no page for the bag, the report, the case or the details of log entries, or no secrets for the recording or table in it. Nothing can be read without its secrets.',
    'Synchronise the copies of the keyring with `longplay keyring sync`, or restore the keyring from its copy; then run the same command again.',
  ),
  K204: error(
    'the recording, or this file of it, was erased',
    'The secrets of the recording, or of only one of its files, were destroyed on request, so nobody can read the recording or file any more. The sealed files remain in the bag and are still verified.',
    'The erasure is in the log: `longplay log list ARCHIVE`.',
  ),
  K205: error(
    'the archive is open',
    'Sealing was requested, but the archive exists and is open. Whether the bags of an archive are sealed is decided when the archive is created.',
    'Omit --sealed, or seal the whole archive first: `longplay seal ARCHIVE`.',
  ),
  K206: error(
    'the command does not work on sealed archives',
    'The command would write names, numbers or audio in clear into a sealed archive. Nothing was changed.',
    'The message says what to do instead.',
  ),
  K207: error(
    'a report in clear cannot be kept in a sealed archive',
    '`longplay report` writes a page and tables of all recordings, in clear. In a sealed archive nothing is kept in clear. Nothing was changed.',
    'Name a folder outside of the archive with --out, and protect or delete it after use.',
  ),
  K208: error(
    'the archive is sealed',
    'An open archive was requested (--open), but the archive exists and is sealed. Whether the bags of an archive are sealed is decided when the archive is created.',
    'Omit --open, or import into a new archive.',
  ),
  K210: error(
    'the log has no entry for an access',
    'The key agent of `longplay serve` hands out the secrets of a recording only if the signed log has an entry for the access: by the same session, for this recording and file, and made since the agent started. The agent read the log to its end and found no such entry, so it handed out nothing.',
    'Run `longplay log verify ARCHIVE`. If the log is whole, sign in again; if it happens again, please report it.',
  ),
  K211: {
    severity: 'error',
    machine: true,
    title: 'the key agent ended',
    meaning:
      'While a sealed archive is served, only one process, the key agent, has the keyring. It could not be started, or has ended. The server has no keys, so it shows rows of the catalog and serves no recording.',
    next: 'Start `longplay serve` again. If it was killed for lack of memory, see the log of the system.',
  },
  K212: error(
    'the archive cannot be unsealed',
    'Unsealing writes everything in clear, so it needs a request and the approval of a second person. The request does not exist, is not approved, or was executed; or the archive is open, or the folder holds another archive. Nothing was written.',
    'Follow the message. The steps are in docs/how-to/sealed-archives.md.',
  ),
  K213: error(
    'a recording was not unsealed',
    'The files of the recording or kept table do not open, are missing, or differ from their description. They are not in the open archive; everything else is.',
    'Repair the sealed archive (`longplay replica repair`, `longplay keyring sync`), then run the same request again into a new folder.',
  ),
  K214: machine(
    'the archive is being sealed',
    'An open archive is being sealed, or a run of `longplay seal` was interrupted or left bags open. Some bags are sealed and some are open. Verification and the commands for the log and for replicas work; all others are refused until all bags are sealed. Nothing was changed.',
    'Continue with `longplay seal ARCHIVE`.',
  ),
  K215: error(
    'the archive cannot be sealed now',
    'The archive has something that must be finished, repaired or moved away before it can be sealed, or sealing was not confirmed. Nothing was changed.',
    'Follow the message, then run `longplay seal ARCHIVE` again.',
  ),
  K216: {
    severity: 'warning',
    title: 'a bag is being sealed',
    meaning:
      'A run of `longplay seal` is replacing the open bag with its sealed form, or was interrupted while doing so. The bag may be absent for the moment, but none of it is lost.',
    next: 'Let the run finish, or run `longplay seal ARCHIVE` again.',
  },
  K217: error(
    'a sealed archive has something in clear again',
    'The archive is sealed, but a bag, a report, the catalog, unfinished work of an import or another file is in clear: a backup was restored over the archive, somebody copied the file there, or a repair set it aside.',
    'Run `longplay seal ARCHIVE` again; it seals or removes what is in clear, and names what it could not seal (K219) with what to do about it. In a replica: `longplay replica sync ARCHIVE NAME`. Find out where the copy came from: that place still holds the calls in clear.',
  ),
  K218: {
    severity: 'warning',
    title: 'a replica still holds calls in clear',
    meaning:
      'The archive was sealed, but the replica still holds open bags, reports or private details of log entries: it was out of reach, could not be written, or its medium is locked. Whoever has the replica can read and play these calls. The open files do not count as damage, and no repair copies them from there.',
    next: 'Make the replica reachable, then run `longplay replica sync ARCHIVE NAME`. If its medium is destroyed, `longplay replica remove ARCHIVE NAME` ends the wait for it.',
  },
  K219: error(
    'a part of the archive was not sealed',
    'The bag, report, case, viewer or file of private details is damaged or incomplete, or has files that no manifest, description or log entry names. Sealing it could lose something or hide the damage. It is still in clear; everything else is sealed.',
    'Repair it (`longplay verify ARCHIVE`, `longplay replica repair ARCHIVE`), or follow the message, then run `longplay seal ARCHIVE` again.',
  ),
  K220: error(
    'the socket of the key agent cannot be used',
    'A key agent that runs as a separate user listens on a socket. Other users can enter the folder of the socket or write to it, the server has no permission to use the socket, or no agent listens on it. Nothing was served.',
    'Follow the message. The folder must belong to the user of the agent, its group must be that of the server, and its mode must be 750 (docs/how-to/sealed-archives.md).',
  ),
  K221: {
    severity: 'warning',
    title: 'key agent and server run as the same user',
    meaning:
      'The socket that LONGPLAY_KEY_AGENT names belongs to the user who runs this command. Whoever takes over the server can read everything that this user can read, e.g. a root of the keyring that is kept as a file.',
    next: 'Run `longplay keyring agent` as a separate user (docs/how-to/sealed-archives.md).',
  },
  K222: {
    severity: 'warning',
    title: 'the sealing of the archive is not finished',
    meaning:
      'A run of `longplay seal` is at work, was stopped, or left something in clear that it named (K219). What is in clear can be read by everybody who has the archive. This is not damage. `verify`, `watch` and `replica list` end with 3 until the sealing is finished.',
    next: 'Continue with `longplay seal ARCHIVE`.',
  },
  K223: error(
    'a bag is left in clear only',
    'The sealed form of the bag is lost or damaged in the archive and in every replica that was read, and one of them still has the bag as it was before it was sealed. Its calls are not lost: they can be sealed again from there. No sync removes it.',
    'First make every replica reachable and run `longplay replica repair ARCHIVE` again. If none has the sealed bag, follow the message, then run `longplay seal ARCHIVE` and `longplay replica sync ARCHIVE`.',
  ),
  K224: {
    severity: 'warning',
    title: 'the keyring is watched by another user',
    meaning:
      'LONGPLAY_KEY_AGENT names the socket of a key agent that runs as another user, and this user may not read the keyring. So this run does not say whether the keyring is whole and in reach, and whether its roots open it.',
    next: 'Run `longplay watch ARCHIVE` regularly as the user of the agent as well (docs/how-to/sealed-archives.md).',
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
