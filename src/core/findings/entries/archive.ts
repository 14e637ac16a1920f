import type { FindingEntry } from './types.ts';

/** Codes A100 to A199: archive. */
export const archiveFindings = {
  // A100 to A109: the archive as a whole.
  A100: {
    severity: 'error',
    title: 'the folder is not an archive',
    meaning: 'The folder is not empty, but it has no longplay.json, the file at the top of every archive.',
    next: 'Name the folder that holds longplay.json and bags/. If longplay.json was lost, restore it from a replica or a backup.',
  },
  A101: {
    severity: 'error',
    title: 'the folder for a new archive is not empty',
    meaning: 'An archive is created only in an absent or empty folder, so that it never mixes with other files.',
    next: 'Name a new or empty folder, or an existing archive.',
  },
  A102: {
    severity: 'error',
    title: 'the archive cannot be reached',
    meaning:
      'The folder is absent, empty or unreadable, e.g. because a disk or network share is not mounted. Nothing can be said about the recordings, so none is reported as missing. An import creates no new archive at a path where this machine has seen bags before.',
    next: 'Mount the disk, or correct the path or the permissions, and run the same command again. If the archive at this path was removed on purpose: `longplay log remember PATH`.',
  },
  A103: {
    severity: 'error',
    title: 'the archive was made by a newer version',
    meaning: 'A newer longplay made the archive, in a layout that this version does not know.',
    next: 'Use the version that made it, or a newer one.',
  },
  A104: {
    severity: 'error',
    title: 'longplay.json is damaged',
    meaning: 'The file that identifies the archive cannot be parsed. The bags are not affected and can be checked with sha256sum.',
    next: 'Restore longplay.json from a replica or a backup. Do not write a new one: the ids of recordings depend on its salt.',
  },
  A105: {
    severity: 'error',
    title: 'the archive is locked',
    meaning:
      'Another run is changing the archive. The lock of a process that ended on this machine is taken over automatically, also of one in a container that was killed: the lock of the kernel on a file `.lock.….alive` ends with its process. Where that cannot be found out, e.g. for a lock of another machine or of an earlier version of longplay in a container, the lock stands.',
    next: 'Wait until the other run has ended, then run the command again. If no longplay runs there any more, in whichever container, or its machine is gone for good, delete the files .lock* in the folder that the message names.',
  },
  A106: {
    severity: 'error',
    title: 'the name of a bag is taken',
    meaning: 'A bag was finished, but a folder with its name had appeared in the archive in the meantime. Neither was changed.',
    next: 'Run the same command again; it recognises the existing bag.',
  },
  A107: {
    severity: 'error',
    title: 'the system refused to write',
    meaning:
      'There is no space or no permission, or the disk is read-only or failing. Files that were complete before are unaffected; half-written files are ignored.',
    next: 'Remove the cause that the message names, then run the same command again.',
  },
  // A120 to A169: checks of a bag.
  A121: {
    severity: 'error',
    title: 'bagit.txt is missing',
    meaning: 'The file that declares a folder to be a bag is missing. Everything else was checked by the more lenient rules of older BagIt versions.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A122: {
    severity: 'error',
    title: 'bagit.txt is malformed',
    meaning: 'bagit.txt must be two short lines in UTF-8: BagIt-Version and Tag-File-Character-Encoding.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A123: {
    severity: 'error',
    title: 'the version in bagit.txt is not a version',
    meaning: 'A BagIt version is two numbers separated by a point, e.g. 1.0.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A124: {
    severity: 'error',
    title: 'unknown BagIt version',
    meaning:
      'The bag declares a BagIt version whose rules this version of longplay does not know. The bag was checked as far as the known rules allow; that is not a full check.',
    next: 'Use a newer longplay or another BagIt validator.',
  },
  A125: {
    severity: 'error',
    title: 'bagit.txt states no encoding',
    meaning: "The second line of bagit.txt must state the encoding of the bag's text files. They were read as UTF-8.",
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A126: {
    severity: 'error',
    title: 'unknown encoding of the bag',
    meaning: 'bagit.txt names a character encoding that this machine cannot read, so names in manifests may have been misread.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A127: {
    severity: 'error',
    title: 'bagit.txt begins with a byte order mark',
    meaning: 'BagIt forbids a byte order mark in this file; some programs cannot read the bag.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A128: {
    severity: 'error',
    title: 'bagit.txt has blanks in the wrong place',
    meaning: 'BagIt 1.0 requires the label, a colon, one blank and the value.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A129: {
    severity: 'error',
    title: 'the bag has no payload manifest',
    meaning: 'Without a manifest it is unknown which files belong to the bag.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A130: {
    severity: 'error',
    title: 'a payload file is missing',
    meaning: 'A manifest lists the file, but the bag does not have it. The file was deleted or moved, or the bag was copied incompletely.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A131: {
    severity: 'error',
    title: 'a payload file is altered',
    meaning: 'The digest of the file differs from the digest listed when the bag was made: at least one byte changed.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A132: {
    severity: 'error',
    title: 'a tag file is missing',
    meaning: 'A text file of the bag is missing. A tag manifest lists it, or every longplay bag has it.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A133: {
    severity: 'error',
    title: 'a tag file is altered',
    meaning: "The digest of one of the bag's own text files differs from the listed digest.",
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A134: {
    severity: 'error',
    title: 'a payload file is not listed',
    meaning: 'No manifest lists a file below data/. Somebody put it there after the bag was made.',
    next: 'Find out where the file comes from and move it out of the bag. Never add a file to a manifest without knowing its origin.',
  },
  A135: {
    severity: 'error',
    title: 'a payload file is not in every manifest',
    meaning: 'BagIt 1.0 requires every payload file in every payload manifest. One of the manifests was changed, or was made incompletely.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A136: {
    severity: 'error',
    title: 'a line of a manifest cannot be read',
    meaning: 'Each line is a digest, blanks and a path.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A137: {
    severity: 'error',
    title: 'a digest in a manifest is malformed',
    meaning: 'The digest has more or fewer hexadecimal digits than its algorithm produces. The file cannot be checked with this manifest.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A138: {
    severity: 'error',
    title: 'a manifest points outside the bag',
    meaning: 'A path is absolute, begins with ~ or contains .. ; it was not followed.',
    next: 'Do not trust this bag: no program writes such paths by accident.',
  },
  A139: {
    severity: 'error',
    title: 'fetch.txt points outside the bag',
    meaning: 'A path is absolute, begins with ~ or contains .. ; it was not followed, and nothing was fetched.',
    next: 'Do not trust this bag: no program writes such paths by accident.',
  },
  A140: {
    severity: 'error',
    title: 'a manifest lists a file twice with different digests',
    meaning: 'At most one of the two can be right.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A141: {
    severity: 'error',
    title: 'a manifest lists a file twice',
    meaning: 'The two digests are the same. BagIt 1.0 forbids this; in older versions it is a warning.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A142: {
    severity: 'warning',
    title: 'two names collide on some file systems',
    meaning: 'The names differ only in case or in Unicode form. On a file system that ignores the difference, one file would overwrite the other.',
    next: 'Do not copy the bag to such a file system; pack it as tar first.',
  },
  A143: {
    severity: 'warning',
    title: 'paths in a manifest have an asterisk',
    meaning: 'md5sum and similar tools mark binary mode with an asterisk; BagIt does not know the mark.',
    next: 'Nothing; the files were checked.',
  },
  A144: {
    severity: 'warning',
    title: 'paths in a manifest begin with ./',
    meaning: 'Some programs cannot read such paths.',
    next: 'Nothing; the files were checked.',
  },
  A145: {
    severity: 'error',
    title: 'the digest algorithm of a manifest is not available',
    meaning:
      'The manifest uses an algorithm that this machine does not support. If the files could be checked with another manifest, this is a warning.',
    next: 'Use a program that supports the algorithm, or check with the other manifests.',
  },
  A146: {
    severity: 'error',
    title: 'the payload differs from its declared size',
    meaning:
      'Payload-Oxum in bag-info.txt states how many bytes and files the payload has, and the payload has other numbers. Another finding usually names the file.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A147: {
    severity: 'error',
    title: 'Payload-Oxum is malformed',
    meaning: 'bag-info.txt must have Payload-Oxum once: bytes, a point, number of files.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A148: {
    severity: 'error',
    title: 'a line of bag-info.txt is malformed',
    meaning: 'Each element is a label, a colon and a value. Before BagIt 1.0 a malformed line is a warning.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A149: {
    severity: 'error',
    title: 'a tag manifest lists a tag manifest',
    meaning: 'BagIt forbids this: a file cannot hold its own digest.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A150: {
    severity: 'error',
    title: 'a file is still to be fetched',
    meaning: 'fetch.txt says that the file is stored elsewhere. longplay never downloads what a bag names.',
    next: 'Fetch the file with a BagIt tool from a place that you trust, then check again.',
  },
  A151: {
    severity: 'error',
    title: 'a line of fetch.txt is malformed',
    meaning: 'Each line is a URL, a length or -, and a path.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A152: {
    severity: 'error',
    title: 'fetch.txt names a file that is not listed',
    meaning: 'Only files that the payload manifests list may be fetched.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A153: {
    severity: 'error',
    title: 'the bag holds something other than files and folders',
    meaning: 'The bag holds a symbolic link, device, pipe or socket. It was neither followed nor opened.',
    next: 'Find out where it comes from and move it out of the bag.',
  },
  A154: {
    severity: 'error',
    title: 'a file or folder cannot be read',
    meaning: 'The system refused access: missing permissions, or a failing disk (EIO). The content is unknown.',
    next: 'Correct the permissions or repair the disk, then check again. With EIO, copy the bag from a replica first.',
  },
  A155: {
    severity: 'error',
    title: 'a file changed while it was being read',
    meaning:
      'The size, time or identity of the file differed before and after reading. Somebody is writing to the bag, so the digest of the file proves nothing.',
    next: 'Find out what is writing to the archive, stop it, and check again.',
  },
  A156: {
    severity: 'error',
    title: 'two files are swapped',
    meaning: 'The file has the digest that the manifest lists for another file, and that file is wrong as well.',
    next: 'Restore both files from a replica or a backup that verifies. Do not rename them by hand without comparing.',
  },
  A157: {
    severity: 'error',
    title: 'a manifest lists a file that it must not list',
    meaning: 'Payload manifests list files below data/; tag manifests list all others.',
    next: 'Ask the maker of the bag. The payload can still be checked by hand with its manifest.',
  },
  A158: {
    severity: 'warning',
    title: 'a % in a name is not escaped as in BagIt 1.0',
    meaning: 'BagIt 1.0 writes %, line feed and carriage return in names as %25, %0A and %0D. The file was still found and checked.',
    next: 'Nothing; the files were checked.',
  },
  A159: {
    severity: 'warning',
    title: 'a name has another Unicode form on the disk',
    meaning:
      'The same letters can be stored in two ways, and a file system or a copying program changed one into the other. The file was found and checked.',
    next: 'Nothing; the file was checked. Copy with tar to keep names as they are.',
  },
  A160: {
    severity: 'error',
    title: 'the payload folder is missing',
    meaning: 'A bag keeps its payload in the folder data. There is no such folder.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A161: {
    severity: 'error',
    title: 'a name is not UTF-8',
    meaning: 'The name of a file has bytes that are not UTF-8, so the name cannot be compared with the manifest.',
    next: 'Rename the file to the name that the manifest lists, or check it by hand.',
  },
  A162: {
    severity: 'error',
    title: 'a manifest is not in its declared encoding',
    meaning: 'The manifest has bytes that are not valid in the encoding that bagit.txt declares.',
    next: 'Restore the bag from a replica or a backup that verifies. Keep the damaged bag until then.',
  },
  A163: {
    severity: 'warning',
    title: 'a tag file begins with a byte order mark',
    meaning: 'Some programs cannot read such a file.',
    next: 'Nothing; the mark was ignored.',
  },
  A164: {
    severity: 'warning',
    title: 'a tag file is not listed',
    meaning:
      'The file is outside data/ and no tag manifest lists it, so nothing shows whether it was altered. In a longplay bag this is an error: somebody put it there.',
    next: 'Find out where the file comes from; move it out of a longplay bag.',
  },
  A165: {
    severity: 'warning',
    title: 'a system file is in the payload',
    meaning: 'Operating systems create and change files such as .DS_Store and Thumbs.db by themselves.',
    next: 'Nothing, unless the file is reported as altered.',
  },
  A167: {
    severity: 'error',
    title: 'the bag exceeds a limit',
    meaning: 'The bag lists more files, or has deeper folders, than this program reads. The rest was not checked.',
    next: 'Use another BagIt validator for this bag.',
  },
  A168: {
    severity: 'error',
    title: 'the bag cannot be reached',
    meaning: 'The folder is absent, empty or unreadable, e.g. because a disk is not mounted. None of its files is reported as missing.',
    next: 'Mount the disk, or correct the path or the permissions, then check again.',
  },
  A169: {
    severity: 'error',
    machine: true,
    title: 'the bag was made by a newer version',
    meaning:
      'A newer longplay wrote the bag in a layout that this version does not know (Longplay-Bag-Version in its bag-info.txt). The bag was neither read nor checked, and this does not count as a fault of the archive. `sha256sum -c manifest-sha256.txt` in the bag checks its files.',
    next: 'Use the version that wrote it, or a newer one.',
  },
  A190: {
    severity: 'error',
    title: 'a database cannot be used',
    meaning: "SQLite cannot open, read or write a file: the catalog of an archive, or a temporary file. The message has SQLite's own reason.",
    next: 'Rebuild a damaged catalog with `longplay catalog rebuild ARCHIVE`. For a temporary file, free space or name another folder in LONGPLAY_TMPDIR.',
  },
  A191: {
    severity: 'error',
    title: 'SQLite cannot be loaded',
    meaning:
      'The library that opens catalogs and temporary files is absent, was compiled for another version of Node.js, or was installed without its binary (`npm install --ignore-scripts`), and this Node.js has no usable SQLite of its own. No archive was read and nothing was logged.',
    next: 'Run the command that the message names in the folder where longplay is installed, with the Node.js that runs longplay, or use Node.js 22 or later. Then run the same command again.',
  },
  A192: {
    severity: 'warning',
    title: "a setting in the archive's own file is ignored",
    meaning:
      'Anybody who can write into the folder of an archive can write longplay.toml there. This file may therefore set only a few keys, and may only make numbers and periods stricter. Other settings in it are ignored. The whole file is ignored if it is not TOML, is a link or is too long.',
    next: 'Correct the line, or set the key in the configuration file of the user or the system (docs/reference/configuration.md).',
  },
  A193: {
    severity: 'error',
    title: 'the catalog holds objects that longplay does not make',
    meaning:
      'catalog.sqlite has triggers, views, tables or indexes that longplay does not make, or lacks some that it makes: somebody wrote into it. A trigger would run with the next import. The catalog was not queried and nothing in it ran. The catalog is derived data: no recording is lost.',
    next: 'Find out who could write into the archive and run `longplay verify ARCHIVE`; then `longplay catalog rebuild ARCHIVE`.',
  },
  A194: {
    severity: 'error',
    machine: true,
    title: 'the key does not fit the catalog',
    meaning:
      'The catalog of a sealed archive is encrypted. No key or the wrong key was given, or the file is not encrypted although it should be. Nothing was read from it, and this does not count as damage. The catalog is derived data: no recording is lost.',
    next: "Use the archive's keyring. If the keyring is the right one, `longplay catalog rebuild ARCHIVE` rebuilds the catalog from the bags.",
  },
  A195: {
    severity: 'error',
    machine: true,
    title: 'SQLite cannot encrypt here',
    meaning:
      'The SQLite package with encryption cannot be loaded, so the SQLite of Node.js itself is in use. It can open only the catalogs of open archives: the catalog of a sealed archive is encrypted.',
    next: 'Run the command that the message names in the folder where longplay is installed, with the Node.js that runs longplay. Then run the same command again.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
