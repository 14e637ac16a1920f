import type { FindingEntry } from './types.ts';

/** Codes A100 to A199: archive. */
export const archiveFindings = {
  // A100 to A109: the archive as a whole.
  A100: {
    severity: 'error',
    title: 'the folder is no archive',
    meaning: 'The folder holds something, but no longplay.json, the file that every archive has at its top.',
    next: 'Name the folder that holds longplay.json and bags/. If that file was lost, bring it back from a replica or a backup.',
  },
  A101: {
    severity: 'error',
    title: 'the folder for a new archive is not empty',
    meaning: 'An archive is only made in an absent or empty folder, so that it never mixes with files that are not its own.',
    next: 'Name a new or empty folder, or an existing archive.',
  },
  A102: {
    severity: 'error',
    title: 'the archive cannot be reached',
    meaning:
      'The folder is absent, empty or unreadable, as when a disk or network share is not mounted. Nothing can be said about the recordings; none of them is reported as missing. An import makes no new archive at a path at which this machine has seen bags.',
    next: 'Mount the disk or correct the path or the rights, then run the same command again. If the archive at the path was removed on purpose: `longplay log remember PATH`.',
  },
  A103: {
    severity: 'error',
    title: 'the archive is of a newer version',
    meaning: 'The archive was made by a newer longplay whose layout this one does not know.',
    next: 'Use the version that wrote it, or a newer one.',
  },
  A104: {
    severity: 'error',
    title: 'longplay.json is damaged',
    meaning: 'The file that names the archive cannot be understood. The bags are not touched by that and can be checked with sha256sum.',
    next: 'Bring longplay.json back from a replica or a backup. Do not write a new one: its salt makes the ids of recordings.',
  },
  A105: {
    severity: 'error',
    title: 'the archive is locked',
    meaning:
      'Another run changes the archive at this moment. A lock whose process ended on this machine is taken over by itself; one of another machine cannot be judged from here.',
    next: 'Wait until the other run has ended, then run again. If its machine is gone for good, delete the files .lock* at the top of the archive.',
  },
  A106: {
    severity: 'error',
    title: 'the place of a bag is taken',
    meaning: 'A bag was finished, but a folder of its name had come into the archive in the meantime. Neither was changed.',
    next: 'Run the same command again; it sees the bag that is there.',
  },
  A107: {
    severity: 'error',
    title: 'the system refused to write',
    meaning: 'No space, no right, a read-only disk or a failing one. What was complete before is complete still; nothing half-written counts.',
    next: 'Remove the cause that the message names, then run the same command again.',
  },
  // A120 to A169: checks of a bag.
  A121: {
    severity: 'error',
    title: 'bagit.txt is missing',
    meaning: 'The file that declares a folder to be a bag is not there. Everything else was checked by the lenient rules of the older versions.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A122: {
    severity: 'error',
    title: 'bagit.txt is malformed',
    meaning: 'It must be two short lines in UTF-8: BagIt-Version and Tag-File-Character-Encoding.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A123: {
    severity: 'error',
    title: 'the version in bagit.txt is no version',
    meaning: 'BagIt versions are two numbers with a point between them, such as 1.0.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A124: {
    severity: 'error',
    title: 'the version of BagIt is not known',
    meaning:
      'The bag declares a version of BagIt whose rules this program does not have. It was checked as well as the known rules allow, which is no full check.',
    next: 'Use a newer longplay or another BagIt validator.',
  },
  A125: {
    severity: 'error',
    title: 'bagit.txt names no encoding',
    meaning: "Its second line must tell the encoding of the bag's text files. They were read as UTF-8.",
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A126: {
    severity: 'error',
    title: 'the encoding of the bag is not known',
    meaning: 'bagit.txt names a character encoding that this machine cannot read, so names in manifests may have been misread.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A127: {
    severity: 'error',
    title: 'bagit.txt begins with a byte order mark',
    meaning: 'BagIt forbids the mark in this file; some programs cannot read the bag.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A128: {
    severity: 'error',
    title: 'bagit.txt has blanks in the wrong place',
    meaning: 'BagIt 1.0 wants the label, a colon, one blank and the value.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A129: {
    severity: 'error',
    title: 'the bag has no payload manifest',
    meaning: 'Without a manifest it is unknown which files belong to the bag.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A130: {
    severity: 'error',
    title: 'a payload file is missing',
    meaning: 'A manifest lists the file, and it is not in the bag. It was deleted or moved, or the bag was copied incompletely.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A131: {
    severity: 'error',
    title: 'a payload file is altered',
    meaning: 'Its digest is not the one that was listed when the bag was made: at least one of its bytes changed.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A132: {
    severity: 'error',
    title: 'a tag file is missing',
    meaning: 'A text file of the bag that a tag manifest lists, or that every bag of longplay has, is not there.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A133: {
    severity: 'error',
    title: 'a tag file is altered',
    meaning: "The digest of one of the bag's own text files is not the listed one.",
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A134: {
    severity: 'error',
    title: 'a file in the payload is not listed',
    meaning: 'A file lies below data/ that no manifest lists: it was put there after the bag was made.',
    next: 'Find out where it comes from and take it out of the bag; never add it to a manifest without knowing.',
  },
  A135: {
    severity: 'error',
    title: 'a payload file is not in every manifest',
    meaning: 'BagIt 1.0 wants each payload file in every payload manifest. One of the manifests was changed or was made carelessly.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A136: {
    severity: 'error',
    title: 'a line of a manifest cannot be read',
    meaning: 'Each line is a digest, blanks and a path.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A137: {
    severity: 'error',
    title: 'a digest in a manifest is malformed',
    meaning: 'It is not as many hexadecimal digits as the algorithm makes. The file cannot be compared by this manifest.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A138: {
    severity: 'error',
    title: 'a manifest leads out of the bag',
    meaning: 'A path is absolute, begins with ~ or climbs out by .. ; it was not followed.',
    next: 'Do not trust this bag: no program writes such paths by accident.',
  },
  A139: {
    severity: 'error',
    title: 'fetch.txt leads out of the bag',
    meaning: 'A path is absolute, begins with ~ or climbs out by .. ; it was not followed, and nothing was fetched.',
    next: 'Do not trust this bag: no program writes such paths by accident.',
  },
  A140: {
    severity: 'error',
    title: 'a manifest lists a file twice with different digests',
    meaning: 'At most one of the two can be right.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A141: {
    severity: 'error',
    title: 'a manifest lists a file twice',
    meaning: 'The digests are the same. BagIt 1.0 forbids it; before 1.0 it is told as a warning.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A142: {
    severity: 'warning',
    title: 'two names would be one file elsewhere',
    meaning: 'They differ only in case or in Unicode form. On a disk that ignores that, one would overwrite the other.',
    next: 'Do not copy the bag to such a disk; pack it as tar first.',
  },
  A143: {
    severity: 'warning',
    title: 'paths in a manifest have an asterisk',
    meaning: 'md5sum and its like mark binary mode so; BagIt does not know the mark.',
    next: 'Nothing; the files were checked.',
  },
  A144: {
    severity: 'warning',
    title: 'paths in a manifest begin with ./',
    meaning: 'Not every program reads such paths.',
    next: 'Nothing; the files were checked.',
  },
  A145: {
    severity: 'error',
    title: 'the digests of a manifest cannot be computed here',
    meaning: 'The manifest is of an algorithm that this machine does not have. Where another manifest could be checked this is a warning.',
    next: 'Use a program that knows the algorithm, or check by the other manifests.',
  },
  A146: {
    severity: 'error',
    title: 'the payload does not have its declared size',
    meaning: 'Payload-Oxum in bag-info.txt tells bytes and number of files; what is there differs. Usually another verdict names the file.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A147: {
    severity: 'error',
    title: 'Payload-Oxum is malformed',
    meaning: 'It must stand in bag-info.txt once: bytes, a point, number of files.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A148: {
    severity: 'error',
    title: 'a line of bag-info.txt is malformed',
    meaning: 'Each element is a label, a colon and a value. Before BagIt 1.0 this is a warning.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A149: {
    severity: 'error',
    title: 'a tag manifest lists a tag manifest',
    meaning: 'BagIt forbids it: a file cannot hold its own digest.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A150: {
    severity: 'error',
    title: 'a file is still to be fetched',
    meaning: 'fetch.txt says that the file lies elsewhere. longplay never downloads what a bag names.',
    next: 'Fetch it with a BagIt tool from a place that you trust, then check again.',
  },
  A151: {
    severity: 'error',
    title: 'a line of fetch.txt is malformed',
    meaning: 'Each line is a URL, a length or -, and a path.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A152: {
    severity: 'error',
    title: 'fetch.txt names a file that is not listed',
    meaning: 'Only files of the payload manifests may be fetched.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A153: {
    severity: 'error',
    title: 'something in the bag is no plain file',
    meaning: 'A symbolic link, device, pipe or socket lies in the bag. It was neither followed nor opened.',
    next: 'Find out where it comes from and take it out of the bag.',
  },
  A154: {
    severity: 'error',
    title: 'a file or folder cannot be read',
    meaning: 'The system refused: rights, or a failing disk (EIO). Nothing is said about what it holds.',
    next: 'Correct the rights or repair the disk, then check again. With EIO copy the bag from a replica first.',
  },
  A155: {
    severity: 'error',
    title: 'a file changed while it was read',
    meaning: 'Its size, time or identity was not the same before and after. Somebody writes to the bag; its digest says nothing.',
    next: 'Find out what writes to the archive, stop it, and check again.',
  },
  A156: {
    severity: 'error',
    title: 'files have changed places',
    meaning: 'The file holds, byte for byte, what the manifest lists for another one that is wrong as well.',
    next: 'Bring both back from a replica or a backup that verifies; do not rename by hand without comparing.',
  },
  A157: {
    severity: 'error',
    title: 'a manifest lists a file of the wrong place',
    meaning: 'Payload manifests list files below data/, tag manifests list all others.',
    next: 'Ask whoever made the bag; the payload can still be checked by hand with the manifest.',
  },
  A158: {
    severity: 'warning',
    title: 'a name with % was written as before BagIt 1.0',
    meaning: 'Version 1.0 writes %, line feed and carriage return of a name as %25, %0A and %0D. The file was found and checked all the same.',
    next: 'Nothing; the files were checked.',
  },
  A159: {
    severity: 'warning',
    title: 'a name is in another Unicode form on the disk',
    meaning: 'The same letters can be stored in two ways, and a disk or copying program changed one into the other. The file was found and checked.',
    next: 'Nothing; the file was checked. Copy with tar to keep names as they are.',
  },
  A160: {
    severity: 'error',
    title: 'the payload folder is missing',
    meaning: 'A bag keeps its payload in the folder data, and there is none.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A161: {
    severity: 'error',
    title: 'a name is not UTF-8',
    meaning: 'The name of a file has bytes that are not UTF-8; it cannot be compared with the manifest.',
    next: 'Rename the file to the name that the manifest lists, or check it by hand.',
  },
  A162: {
    severity: 'error',
    title: 'a manifest is not in its declared encoding',
    meaning: 'Bytes were met that the encoding declared in bagit.txt does not have.',
    next: 'Bring the bag back from a replica or a backup that verifies; keep the damaged one until that is done.',
  },
  A163: {
    severity: 'warning',
    title: 'a tag file begins with a byte order mark',
    meaning: 'Not every program reads such a file.',
    next: 'Nothing; it was read without the mark.',
  },
  A164: {
    severity: 'warning',
    title: 'a tag file is not listed',
    meaning:
      'It lies outside data/, and no tag manifest lists it, so nothing shows whether it was altered. In a bag of longplay that is an error: somebody put it there.',
    next: 'Find out where it comes from; take it out of a bag of longplay.',
  },
  A165: {
    severity: 'warning',
    title: 'a system left a file in the payload',
    meaning: 'Files such as .DS_Store and Thumbs.db are made by systems by themselves and may change by themselves.',
    next: 'Nothing, unless it is reported as altered.',
  },
  A167: {
    severity: 'error',
    title: 'the bag is beyond a limit',
    meaning: 'It lists more files, or has deeper folders, than this program looks at. The rest was not checked.',
    next: 'Use another BagIt validator for it.',
  },
  A168: {
    severity: 'error',
    title: 'the bag cannot be reached',
    meaning: 'The folder is absent, empty or unreadable, as when a disk is not mounted. No file of it is reported as missing.',
    next: 'Mount the disk or correct path or rights, then check again.',
  },
  A169: {
    severity: 'error',
    machine: true,
    title: 'the bag is of a newer version',
    meaning:
      'A newer longplay wrote the bag in a layout that this one does not know (Longplay-Bag-Version in its bag-info.txt). It was neither checked nor read, and nothing is said against it. `sha256sum -c manifest-sha256.txt` in the bag checks its files.',
    next: 'Use the version that wrote it, or a newer one.',
  },
  A190: {
    severity: 'error',
    title: 'a database cannot be used',
    meaning: "SQLite cannot open, read or write a file: the catalog of an archive, or a temporary file. The reason is SQLite's own.",
    next: 'A damaged catalog is rebuilt by `longplay catalog rebuild ARCHIVE`; for a temporary file make room, or name another folder in LONGPLAY_TMPDIR.',
  },
  A191: {
    severity: 'error',
    title: 'SQLite cannot be loaded',
    meaning:
      'The library that opens catalogs and temporary files is absent, was compiled for another version of Node.js, or was installed without its binary (`npm install --ignore-scripts`), and this Node.js has no SQLite of its own that serves. Nothing of an archive was looked at, nothing was entered in its log.',
    next: 'Run the command that the message names in the folder where longplay is installed, with the Node.js that runs it, or use Node.js 22 or later; then the same command again.',
  },
  A192: {
    severity: 'warning',
    title: 'a setting of the file inside the archive does not count',
    meaning:
      'longplay.toml in the folder of an archive may say a few things, and numbers and periods only stricter than they are without it: whoever can write into the folder can write that file. What else it says, or all of it where it is no TOML, a link or too long, is ignored.',
    next: 'Correct the line, or put the key into the file of the user or the system (docs/configuration.md).',
  },
  A193: {
    severity: 'error',
    title: 'the catalog holds what longplay does not make',
    meaning:
      'catalog.sqlite has triggers, views, tables or indexes that longplay does not make, or lacks some of its own: somebody wrote into it. A trigger would run with the next import. Nothing was asked of it and nothing of it ran. It is derived: no recording is lost.',
    next: 'Find out who could write into the archive and run `longplay verify ARCHIVE`; then `longplay catalog rebuild ARCHIVE`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
