import type { FindingEntry } from './types.ts';

/** Codes S100 to S199: source. */
export const sourceFindings = {
  S101: {
    severity: 'error',
    title: 'a source does not exist',
    meaning:
      'A given path does not exist, or is neither a file nor a folder; or there is no such bucket, or nothing in it begins with the given prefix.',
    next: 'Check the path or address; mount its share or disk.',
  },
  S102: {
    severity: 'error',
    title: 'a source cannot be read',
    meaning: 'The operating system refused to open or read a source: permissions, a broken disk, a disconnected share.',
    next: 'Remove the cause that the message names, then run the same command again.',
  },
  S103: {
    severity: 'error',
    title: 'a source changed while it was being read',
    meaning: 'A file or object was removed, replaced or written to after the source was listed, so the list is no longer valid.',
    next: 'Stop the program that writes to the source, or work on a copy, then run the same command again.',
  },
  S104: {
    severity: 'error',
    title: 'the scratch folder cannot be written to',
    meaning: 'Compressed tars and large compressed members are unpacked into the scratch folder, and the system refused to write there.',
    next: 'Free some space, or name a scratch folder on a larger disk, then run the same command again.',
  },
  S105: {
    severity: 'error',
    title: 'a program for unpacking is missing',
    meaning: 'The source has xz, zstd or bzip2 data. The programs of the same names unpack them.',
    next: 'Install the package that the message names, then run the same command again.',
  },
  S106: {
    severity: 'error',
    title: 'a source was given twice',
    meaning: 'Two of the paths lead to the same file or folder; everything in it would count twice.',
    next: 'Give each file or folder once.',
  },
  S107: {
    severity: 'error',
    title: 'a source has too many entries',
    meaning: 'The source has more files than one source may have.',
    next: 'Import it in parts, e.g. year by year.',
  },
  S110: {
    severity: 'error',
    title: 'a file or folder cannot be read',
    meaning: 'The operating system refused access; the content was not examined.',
    next: 'Make the file or folder readable and run again. If the disk is failing, copy the disk with a rescue program first.',
  },
  S111: {
    severity: 'warning',
    title: 'a link was not followed',
    meaning: 'A link has no content of its own and may lead outside the source, so longplay follows none.',
    next: 'Check whether its target is also in the source; if not, give that place as a source too.',
  },
  S112: {
    severity: 'warning',
    title: 'a device, FIFO or socket was skipped',
    meaning: 'Devices, FIFOs and sockets have no content that could be kept.',
    next: 'Nothing, unless a recording was expected under this name.',
  },
  S113: {
    severity: 'note',
    title: 'two names differ only in case or Unicode form',
    meaning: 'On file systems of Windows and macOS the two names would mean one file. Some recorders distinguish codecs only by case (.wav, .WAV).',
    next: 'Nothing in longplay. If the source was ever copied over such a file system, check whether files were lost there.',
  },
  S114: {
    severity: 'warning',
    title: 'a stored name is unsafe',
    meaning:
      "The name leads outside with '..', is absolute, names a drive, or has characters that are not allowed in a path. The content was kept under a safe path; the stored name is kept beside it, byte for byte.",
    next: 'Ask where the source comes from: ordinary programs rarely write such names.',
  },
  S115: {
    severity: 'warning',
    title: 'two entries with the same path',
    meaning: 'A container can hold several members with one name. All were kept; the later ones got a number.',
    next: 'Check which of them the metadata means; often the last one is the valid one.',
  },
  S116: {
    severity: 'note',
    title: 'names are not UTF-8',
    meaning: 'The names are in another encoding. Unreadable letters are shown as U+FFFD; the stored names are kept byte for byte.',
    next: 'Nothing, unless the metadata that refers to these names was not joined with the files.',
  },
  S120: {
    severity: 'warning',
    alarm: true,
    title: 'a tar has no end mark',
    meaning: 'A tar ends with two zero blocks. Without them it may have been cut between two members, and nothing else would show that.',
    next: 'Compare the members with the original medium, or their number with the expected number of calls.',
  },
  S121: {
    severity: 'error',
    title: 'a tar is truncated inside a member',
    meaning: 'The tar ends within the data of its last member. The existing part was kept.',
    next: 'Read the original medium again; otherwise the rest is lost.',
  },
  S122: {
    severity: 'error',
    title: 'a tar is damaged',
    meaning: 'A header of the tar has a wrong checksum. Reading continued at the next valid header; members in between are not listed.',
    next: 'Read the original medium again. The message states the skipped bytes, for recovery by hand.',
  },
  S123: {
    severity: 'warning',
    title: 'members after the end mark of a tar',
    meaning: 'Several tars were concatenated, or zero blocks got into the middle. Most programs stop there and ignore the rest; longplay does not.',
    next: 'Nothing: they were read. Other programs may count fewer members.',
  },
  S124: {
    severity: 'note',
    title: 'other bytes after the end mark of a tar',
    meaning: 'Such bytes are usually padding of a tape or of a disk image.',
    next: 'Nothing, unless something was expected there.',
  },
  S125: {
    severity: 'error',
    title: 'a sparse tar member was not read',
    meaning: 'The tar describes holes in the file instead of storing them (tar --sparse). longplay does not fill them in.',
    next: 'Unpack the tar with GNU tar into a folder and import the folder.',
  },
  S126: {
    severity: 'warning',
    title: 'a tar member with an unknown type',
    meaning: 'The member was read like an ordinary file, as POSIX recommends.',
    next: 'Listen to the file, or compare it with its metadata.',
  },
  S127: {
    severity: 'error',
    title: 'a tar member continues from another volume',
    meaning: 'The tar is one of several volumes. Only the part of the file in this volume was read.',
    next: 'Unpack all volumes with GNU tar (--multi-volume) into a folder and import the folder.',
  },
  S128: {
    severity: 'error',
    title: 'an extended header of a tar cannot be read',
    meaning: 'Extended headers hold long names, sizes and times. Without this header the next member has a shortened name or a wrong size.',
    next: 'Read the original medium again; compare the member with its metadata.',
  },
  S130: {
    severity: 'error',
    title: 'compressed data are truncated',
    meaning: 'The compressed file ends too early. Everything that could be unpacked was kept.',
    next: 'Copy the file again from its origin; otherwise the rest is lost.',
  },
  S131: {
    severity: 'error',
    title: 'compressed data are damaged',
    meaning: 'The data cannot be unpacked further, or do not match their checksum. Everything that could be unpacked was kept.',
    next: 'Copy the file again from its origin.',
  },
  S132: {
    severity: 'note',
    title: 'other bytes after compressed data',
    meaning: 'The bytes are neither zero, like the padding of a tape, nor compressed data.',
    next: 'Nothing, unless something was expected there.',
  },
  S133: {
    severity: 'error',
    title: 'the unpacked size of a container exceeds the limit',
    meaning:
      'Unpacked, the container would need far more space than any real recording: it was made to fill disks, or is damaged. It was kept packed.',
    next: 'If it is real, unpack it by hand and import the folder.',
  },
  S134: {
    severity: 'error',
    title: 'containers are nested too deeply',
    meaning: 'A container lies inside more containers than the limit allows. It was kept packed, as one file.',
    next: 'If it is real, unpack it by hand and import the folder.',
  },
  S140: {
    severity: 'error',
    title: 'the directory of a zip cannot be read',
    meaning: 'The zip was cut, or damaged at its end. The rest of it was searched for members.',
    next: 'Copy the file again from its origin; compare the number of members with the expected one.',
  },
  S141: {
    severity: 'error',
    title: 'a zip member is encrypted',
    meaning: 'The member cannot be read without its password; longplay does not ask for one.',
    next: 'Unpack the zip by hand and import the folder.',
  },
  S142: {
    severity: 'error',
    title: 'a zip member has an unsupported compression method',
    meaning: 'longplay reads stored, Deflate and Deflate64 members; other methods are rare.',
    next: 'Unpack the zip with a program that knows the method and import the folder.',
  },
  S143: {
    severity: 'error',
    title: 'a zip member is damaged',
    meaning: 'The bytes of the member do not match the checksum or the size that the zip states. What could be unpacked is used.',
    next: 'Copy the zip again from its origin.',
  },
  S144: {
    severity: 'error',
    title: 'a zip member is truncated',
    meaning: 'The zip ends before the data of the member. The part that exists is used.',
    next: 'Copy the zip again from its origin.',
  },
  S145: {
    severity: 'error',
    title: 'a zip member is not where the directory says',
    meaning: 'No member begins at the byte that the directory of the zip states: the zip is damaged or was changed by a faulty program.',
    next: 'Copy the zip again from its origin.',
  },
  S146: {
    severity: 'error',
    title: 'a zip is one part of several',
    meaning: 'The members are spread over several files (.z01, .z02 … .zip).',
    next: 'Join the parts with `zip -s 0 part.zip --out whole.zip` and import the result.',
  },
  S147: {
    severity: 'note',
    title: 'other bytes before or after a zip',
    meaning: 'Bytes before a zip are usually a self-extracting program, bytes after it padding.',
    next: 'Nothing: the members were read.',
  },
  S148: {
    severity: 'error',
    title: 'a zip holds members that its directory does not list',
    meaning:
      'There are member headers before, between or after the members that the directory lists: zips were concatenated, directory entries are lost, or a program deleted the member and left its bytes. The unlisted members were not read.',
    next: 'Ask for the zips one by one, or repair a copy with `zip -FF broken.zip --out whole.zip` and compare the members. If they were deleted on purpose, accept the finding: `--accept S148=N --reason "…"`.',
  },
  S150: {
    severity: 'error',
    title: 'a packed member is too large for the scratch disk',
    meaning:
      'A large member of a zip must be unpacked before it can be read. At most four such members, 8 GiB in total, are unpacked at a time. This member alone, or together with the other members of its recording, needs more.',
    next: 'Unpack the container by hand and give the folder as the source.',
  },
  S151: {
    severity: 'error',
    title: 'a path that is not UTF-8 does not exist',
    meaning: 'The given file name has bytes that are not UTF-8, and there is no file with that name. The other files were read.',
    next: 'Give the folder that holds it: files in folders are found whatever their names are.',
  },
  S160: {
    severity: 'error',
    title: 'an object store cannot be reached',
    meaning:
      'The store did not answer, or answered with errors of its own, although the request was repeated with growing pauses. Nothing is known about the objects.',
    next: 'Check the network, `--endpoint`, `--region` and AWS_CA_BUNDLE, then run the same command again: it continues where it was.',
  },
  S161: {
    severity: 'error',
    title: 'an object store refuses access',
    meaning:
      'There are no credentials, or the store does not accept them, or they do not allow listing the bucket. longplay finds credentials where the AWS tools do: variables, profile, web identity, the role of the machine or container.',
    next: 'Provide credentials that allow s3:ListBucket and s3:GetObject, then run the same command again: it continues where it was.',
  },
  S162: {
    severity: 'error',
    title: 'an object is archived and not restored',
    meaning:
      'Objects of the storage classes GLACIER and DEEP_ARCHIVE, and of the archive tiers of INTELLIGENT_TIERING, can be read only after a restore.',
    next: 'Restore the object, wait until that is done, then run the same command again.',
  },
  S163: {
    severity: 'error',
    title: 'an object cannot be read',
    meaning: 'The store listed the object but does not let these credentials read it, or its key cannot be requested. The other objects were read.',
    next: 'Allow s3:GetObject for the object, and kms:Decrypt if it is encrypted with a key of AWS KMS, then run the same command again.',
  },
  S164: {
    severity: 'error',
    title: 'an object differs from the digest that its store states',
    meaning:
      'The bytes were received twice, and both times their digest was another one than the store states: the object is damaged in the store, or something on the way alters it. The bytes are used, and the recording is marked as damaged.',
    next: 'Copy the object again from its origin, or from a version or replica of the bucket, then import again.',
  },
  S165: {
    severity: 'error',
    title: 'an address in an object store is invalid',
    meaning:
      'An address has the form `s3://BUCKET` or `s3://BUCKET/PREFIX`, the endpoint is the URL of the store. Both are printed and stored, so neither may contain credentials.',
    next: 'Correct the address or the endpoint as the message says.',
  },
  S166: {
    severity: 'error',
    title: 'an object store gave a wrong answer',
    meaning:
      'The answer contradicts the request or the protocol: other bytes than requested, a listing that does not continue, a certificate that does not fit, something that is not S3.',
    next: 'Check that the endpoint is the URL of an S3 API, with the right scheme and port, and that no proxy changes its answers.',
  },
  S167: {
    severity: 'warning',
    alarm: true,
    title: 'an object has an entity tag that may be another MD5',
    meaning:
      'The entity tag has the form of an MD5 and is not that of the received bytes. Some stores use other entity tags, e.g. for objects that they encrypt, and no object of this store has shown the opposite so far.',
    next: 'Compare the object with its origin. If the store is known to use other entity tags, accept the finding: `--accept S167=N --reason "…"`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
