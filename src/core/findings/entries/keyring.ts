import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const machine = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', machine: true, title, meaning, next });

/**
 * Codes K100 to K149: the keyring of sealed archives. With codes up to K119 the work cannot continue; codes from K120 on describe the state of the
 * keyring.
 */
export const keyringFindings = {
  K100: machine(
    'there is no keyring',
    'The secrets of sealed files are kept in a keyring, outside of the archive. The folder that was named, or the default below the folder of keys, does not hold one. New archives are sealed, so `longplay import` needs a keyring to create one.',
    'If the folder was lost, name a copy of the keyring with LONGPLAY_KEYRING: a new keyring opens no archive that exists. For the first archive create one with `longplay keyring init --copy PATH`. An archive that is not encrypted needs none: `longplay import --open`.',
  ),
  K101: error(
    'there is a keyring already',
    'A new keyring or a copy is only made in a folder that has none. Nothing was changed.',
    'Name another folder. To add a copy to the keyring that exists: `longplay keyring add-copy PATH`.',
  ),
  K102: machine(
    'the root of a keyring copy cannot be opened',
    'The root of this copy wraps the keys of all its pages. The root is in a file, or a passphrase, an age identity or a program opens it. What opens it was not given or is wrong, or its file is missing.',
    'Give the right passphrase or identity. Each copy has a root of its own: if one root is lost, another copy still opens the same pages, and `longplay keyring rotate --copy NAME --root KIND` gives the copy a new root. If all roots are lost: `longplay keyring recovery use`.',
  ),
  K103: error(
    'a file of a keyring copy is damaged',
    'A page, the wrapped keys or a description of a copy is missing or differs from what was written. If another copy has it, nothing is lost.',
    'Run `longplay keyring sync`: it replaces damaged and missing pages from another copy, and reports a page that no copy has (K131). Connect the copies that are away, or acknowledge the loss: `longplay keyring report-loss ARCHIVE --reason TEXT`; a case whose page is lost can be deleted with `longplay case delete`. Check the disk.',
  ),
  K104: machine(
    'a copy of the keyring is unreachable',
    'Every copy has to hold the secrets of a recording before the recording is sealed. The folder of this copy is absent, unreadable, or holds another keyring.',
    'Connect its disk, then run again. If the copy is lost for good: `longplay keyring remove-copy NAME`, then `longplay keyring add-copy PATH`.',
  ),
  K105: error(
    'a page of the keyring exists with other secrets',
    'A page belongs to one attempt to write one bag and is never overwritten. The existing page differs from the page that was to be added, so files may be sealed with secrets that the keyring does not have.',
    'Run the same command again: it writes the bag again, with a new page. Please report this.',
  ),
  K106: machine(
    'a key command failed',
    'The program that wraps and unwraps the root of a copy could not be started, failed, did not answer in time, or gave no valid answer. Nothing was changed.',
    'Run the program by hand with the input that docs/reference/keyring-format.md gives, and fix it.',
  ),
  K107: machine(
    'others have access to a root of the keyring',
    'Whoever reads the file of a root can open every page of that copy, and so every sealed recording.',
    'Remove the permission with the chmod that the message names, then run `longplay keyring rotate`. A file system without permissions, e.g. FAT, is unsuitable for a root in a file: use a passphrase there.',
  ),
  K108: machine(
    'the keyring changed during this run',
    'Another run replaced a root of the keyring, and this run cannot open the new root by itself.',
    'Run the same command again.',
  ),
  K109: machine(
    'the keyring has fewer than two copies',
    'If its only copy were lost, every recording sealed with it would be unreadable for good.',
    'Run `longplay keyring add-copy PATH`, on another disk or in other hands.',
  ),
  K110: error(
    'an option of the keyring is invalid',
    'An option of `longplay keyring` names a kind of root, a recipient, a copy or a recovery share that does not exist or is malformed. Nothing was changed.',
    'The message says what was expected.',
  ),
  K111: error(
    'the keyring has no such secret',
    'An erasure names a page, a cell or a file that the keyring never had. Nothing was erased: otherwise an erasure would be certified that destroyed no secret.',
    'Check the names, then run again.',
  ),
  K120: {
    severity: 'warning',
    title: 'a copy of the keyring is out of reach for now',
    meaning:
      'The folder of the copy cannot be reached now. Secrets that were added or erased meanwhile are added or erased in it at the next contact.',
    next: 'Connect the disk of the copy, then run `longplay keyring sync`.',
  },
  K121: error(
    'a copy of the keyring has been out of reach for too long',
    'The copy has been out of reach for longer than the keyring allows. It may be lost, and then it no longer protects against the loss of another copy.',
    'Connect the disk of the copy, then run `longplay keyring sync`. If the copy is lost: `longplay keyring remove-copy NAME`, then `longplay keyring add-copy PATH`.',
  ),
  K122: error(
    'a copy of the keyring lacks pages',
    'Other copies have pages that this one does not have, so this copy alone would not open every recording.',
    'Run `longplay keyring sync`.',
  ),
  K123: error(
    'a copy of the keyring still has erased secrets',
    'Secrets that were erased in other copies can still be opened with this copy and its root. The erasure is complete only when this copy has erased them, too.',
    'Connect the copy and give the passphrase, identity or program that opens its root, then run `longplay keyring sync`.',
  ),
  K124: error(
    'a drill of the keyring is overdue',
    'A drill shows that a copy opens recordings with its own root. The last drill of this copy is longer ago than the keyring allows: a passphrase may be forgotten, a program gone, a disk damaged. Everything is readable as before.',
    'Run `longplay keyring drill` with the passphrase, identity or program that opens the root of each copy.',
  ),
  K125: error(
    'a new recovery epoch is overdue',
    'Anybody who has an older copy of the keyring and enough shares of this epoch can open recordings that were erased since the epoch began. Everything is readable as before, and the shares work.',
    'Run `longplay keyring recovery make`, hand out the new shares, and have the old ones destroyed.',
  ),
  K126: error(
    'the keyring has one copy only',
    'If that copy, or the passphrase, identity or program that opens it, is lost, every recording that was sealed with it is unreadable for good.',
    'Run `longplay keyring add-copy PATH`, on another disk or in other hands.',
  ),
  K127: {
    severity: 'warning',
    title: 'the keyring has no recovery',
    meaning: 'If the passphrases, identities or programs that open the copies are lost, nothing else opens them.',
    next: 'Run `longplay keyring recovery make --shares 5 --needed 3 --to FOLDER`, and give each share to a different person.',
  },
  K128: error(
    'an older state of a keyring copy was restored',
    'The copy has an earlier root than at its last contact, or an earlier root or page than the log of an archive records: its folder was replaced by a backup, or rolled back. It may hold secrets that were erased since. Every read also consults the other copies, so a newer copy keeps erased secrets from being handed out. If no copy is newer, the keyring opens erased recordings again.',
    'Run `longplay keyring sync`, which repeats the erasures that the lists of erased cells record. If the message says that no copy is newer, run `longplay erase run ARCHIVE`, which destroys the secrets again. Then destroy that backup.',
  ),
  K129: {
    severity: 'warning',
    title: 'a copy of the keyring is not recoverable by shares',
    meaning:
      'The copy has no file with its root for the present recovery epoch, e.g. because the copy was out of reach when the epoch began, so the shares open only other copies.',
    next: 'Connect the copy and give the passphrase, identity or program that opens its root, then run `longplay keyring sync`.',
  },
  K130: {
    severity: 'warning',
    title: 'the keyring of a sealed archive is not watched here',
    meaning:
      'The archive is sealed, and this machine has never seen its keyring. Nothing is known of the copies, drills and recovery of that keyring.',
    next: 'Watch the archive on the machine that has the keyring, too, or name its folder in LONGPLAY_KEYRING.',
  },
  K131: error(
    'the keyring has lost pages',
    'No copy of the keyring that can be reached has the secrets of some bags, reports or cases of the archive, or opens the pages that hold them: what was sealed with them cannot be opened.',
    'Connect copies that are out of reach and run `longplay keyring sync --deep`. If none has the pages, restore a backup of a copy of the keyring. If they are lost for good, two persons acknowledge it: `longplay keyring report-loss ARCHIVE --reason TEXT`.',
  ),
  K132: {
    severity: 'warning',
    title: 'pages of the keyring are lost for good',
    meaning:
      'No copy of the keyring has the secrets of some bags, reports, cases or details, and two persons acknowledged in the log that they are lost. What was sealed with them cannot be opened by anybody; its stored bytes are verified as before.',
    next: 'Nothing has to be done. `longplay keyring losses ARCHIVE` lists what is lost. If a copy of a page is found, put it back and run `longplay verify ARCHIVE --play`.',
  },
  K133: {
    severity: 'warning',
    title: 'pages of the keyring that counted as lost are there again',
    meaning:
      'Two persons acknowledged that pages of the keyring are lost, and a copy has them again. A verification that decodes opens what was sealed with them and enters in the log that they were found. From then on, the acknowledgement no longer covers them.',
    next: 'Run `longplay keyring sync`, so that every copy has them, then `longplay verify ARCHIVE --play`.',
  },
  K134: error(
    'a loss of pages of the keyring cannot be acknowledged',
    'The archive is open, no page that it needs is lost, or the report of the loss does not exist, is approved already, or names a page that a copy has. Nothing was changed.',
    'Follow the message. The steps are in docs/how-to/keyring.md.',
  ),
  K135: {
    severity: 'warning',
    title: 'pages of a keyring copy are damaged',
    meaning:
      'Pages of this copy do not decrypt, or differ from those of another copy, which have to be the same. If another copy has them undamaged, nothing is lost; if that one is lost, what was sealed with these pages cannot be opened.',
    next: 'Run `longplay keyring sync --deep` with what opens the root of each copy: it replaces damaged pages from another copy, and reports a page that no copy has (K131). Check the disk.',
  },
  K136: error(
    'two copies of the keyring are in one folder',
    'The folders of two copies are one folder, or one is inside the other, under whatever names: whatever destroys one copy destroys the other. Links or mounts were changed after the copies were made. If both are one folder, only one of them exists.',
    'Run `longplay keyring remove-copy NAME` for one of them, then `longplay keyring add-copy PATH`, on another disk.',
  ),
  K137: error(
    'the recovery shares do not open a copy of the keyring',
    'The file with the root of this copy for the present recovery epoch is damaged, or no copy that can be reached has such a file. If what opens the roots is lost, the shares do not open this copy. Everything is readable as before.',
    'Run `longplay keyring sync` with what opens the root of the copy: it makes the file again, for the same shares. Check the disk.',
  ),
} as const satisfies Record<string, FindingEntry>;
