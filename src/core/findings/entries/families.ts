import type { FindingEntry } from './types.ts';

/** Codes I100 to I199: importers. */
export const familiesFindings = {
  // I200 to I219: what all recorder families share.
  I200: {
    severity: 'warning',
    title: 'some of the files that records name are not in the source',
    meaning: 'The records of the recording name several files. Some are in the source and were imported with it, others are not.',
    next: 'Look for the missing files by the key in other parts of the archive; import again with them, and the recording is completed beside the first one.',
  },
  I201: {
    severity: 'warning',
    title: 'files that may belong to a recording were joined to none',
    meaning:
      'Several files answer to what the records of the recording say, and nothing tells which is meant. The files are kept as recordings of their own.',
    next: 'Listen to them, or find a table that names the files by folder or id, and import again with it.',
  },
  I202: {
    severity: 'warning',
    title: 'a file may belong to a call, and nothing tells to which',
    meaning: 'Records fit the file, but they fit other files or it fits other calls as well. It is kept as a recording of its own.',
    next: 'Compare its length and its time with those of the calls that are named with it.',
  },
  I203: {
    severity: 'note',
    title: 'a file is the copy of another one',
    meaning: 'Two files of the source have the same name and the same bytes in different folders. Both are kept; the second says whose copy it is.',
    next: 'Nothing need be done.',
  },
  I204: {
    severity: 'warning',
    title: 'records of one call contradict each other',
    meaning: 'Two records with one key say different things of the same call. The newest, or else the first, speaks for it; all are kept with it.',
    next: 'Compare the rows that are kept in the bag; later exports of a recorder often hold what was corrected afterwards.',
  },
  I205: {
    severity: 'warning',
    title: 'local and UTC time do not fit each other',
    meaning:
      'A record has a local and a UTC time of the same moment, and they lie apart by what is no offset of any time zone. One of them is wrong.',
    next: 'Compare with the neighbours of the call; both texts are kept.',
  },
  // I220 to I229: freeswitch; I220 is of all that have such columns.
  I220: {
    severity: 'note',
    title: 'pressed keys were not taken over',
    meaning:
      'Records of the call say which keys somebody pressed; they may be a card number or a PIN. They are not in the metadata of the recording. The originals of the records, which are kept in the bag, still have them.',
    next: 'If card data must not be kept, look into the originals of these records and decide whether they may be archived.',
  },
  I221: {
    severity: 'note',
    title: 'the recording may be masked, and no record says when',
    meaning:
      'The dial plan of the call has a command that silences the recording for a while. FreeSWITCH writes no record of when such a command ran; the span is silence in the audio.',
    next: 'Nothing need be done; the measured silences of the recording show where it may have been.',
  },
  // I230 to I239: siprec.
  I230: {
    severity: 'warning',
    title: 'recording metadata names no session',
    meaning:
      'A SIPREC document says neither which session nor which recording it describes. Tools that take the tags out of XML leave such bodies. It is kept as it stands.',
    next: 'Look for the original message on the recorder or in a capture; audio can be joined to this one by its name or folder only.',
  },
  I231: {
    severity: 'warning',
    title: 'recording metadata could not be read',
    meaning:
      'A SIP message carries SIPREC metadata that is no whole XML document: cut, damaged, or too large. The message is kept; what other messages of the session say was read.',
    next: 'Look for another copy of the message; finding I239 says what is wrong with the XML.',
  },
  I232: {
    severity: 'warning',
    title: 'changes of metadata without the complete metadata before',
    meaning:
      'The first SIPREC document of a session is a partial one: it says what changed, and the picture that it changed is not in the source. Participants may be missing.',
    next: 'Look for the first message of the session (INVITE) and import again with it.',
  },
  I233: {
    severity: 'note',
    title: 'a participant only held a place',
    meaning:
      'The first metadata names a participant without any stream, and the next complete metadata has another one instead: session border controllers do so before they know who answers. It is not among the parties; its address is kept.',
    next: 'Nothing need be done.',
  },
  I234: {
    severity: 'warning',
    title: 'labels of metadata and session description differ',
    meaning:
      'The labels of the streams in the SIPREC metadata and those of the media in the SDP of the same message are not the same, so that a medium cannot be given to a participant by its label.',
    next: 'Listen to the recording before relying on who speaks on which channel.',
  },
  I235: {
    severity: 'note',
    title: 'several recording sessions share a file',
    meaning: 'One capture or audio file belongs to several SIPREC recording sessions. It is one recording with the metadata of all of them.',
    next: 'Where each session must stand by itself, cut the capture by session before the import.',
  },
  I236: {
    severity: 'warning',
    title: 'SIP messages without recording metadata',
    meaning:
      'Messages of a SIP dialog are in the source, and none of them carries SIPREC metadata: an ordinary call, or a recording session whose first message is missing.',
    next: 'Look for the INVITE with this Call-ID; without it nothing is known of who was recorded.',
  },
  I237: {
    severity: 'note',
    title: 'messages tell of pressed keys',
    meaning:
      'SIP messages of the session report keys that were pressed on a telephone. These may be card data and are never taken into the metadata; a text file that is kept as it came still holds them.',
    next: 'Where payment data may be among them, seal the archive, or take these messages out of the source before the import.',
  },
  I238: {
    severity: 'warning',
    title: 'recording metadata has too many elements',
    meaning: 'A SIPREC document names more participants, streams or associations than any call has. The first were read, the rest were left out.',
    next: 'Look at the document that is kept in the bag: it may be damaged or made to do harm.',
  },
  I239: {
    severity: 'note',
    title: 'the XML of recording metadata is not clean',
    meaning: 'XML in a SIP message was repaired while it was read, or refused; the codes in the message say how (longplay explain).',
    next: 'Compare the recording with the message that is kept in its bag.',
  },
  // I240 to I249: voipmonitor.
  I240: {
    severity: 'warning',
    title: 'two Call-IDs have one name in the spool',
    meaning:
      'VoIPmonitor writes every byte of a Call-ID other than letters, digits and `:-.@` as `_`. Two calls that began in the same minute have Call-IDs that are the same then, and nothing outside of the captures tells whose the files are. Rows and files are kept by themselves.',
    next: 'Look into the captures with SIP (`tcpdump -A`): their Call-ID header is the one that cdr_next has.',
  },
  I241: {
    severity: 'warning',
    title: 'several captures of a call have one name',
    meaning:
      'An archive holds the same name more than once: a call with the same Call-ID began twice within the minute, or two Call-IDs have one name in the spool. Which pieces belong to which of them is unknown, so none was joined.',
    next: 'Look into the captures: the first piece of each begins with the header of a capture.',
  },
  I242: {
    severity: 'warning',
    title: 'pieces of a capture are missing',
    meaning:
      'VoIPmonitor writes a long capture in pieces, NAME#1, NAME#2 and so on; the last is NAME. The last one is not there, or the table cdr_tar_part counts more pieces than there are. What is there was put together.',
    next: 'Look whether the archive was cut while it was copied, or copied before the call had ended; import a complete one again.',
  },
  I243: {
    severity: 'warning',
    title: 'the zone does not fit the times in the archives',
    meaning:
      'The headers of the archives give the moment in which each call began, and folders and tables its local time. The two differ by another offset than the zone that was given has at that time. The moment is believed: `timezone` or `utc` in voipmonitor.conf and a wrong --zone are the usual causes.',
    next: 'If most calls have this finding, correct --zone and import again; the times of calls with files in archives are right either way.',
  },
  // I260 to I269: recorders of the cloud and of Cisco.
  I260: {
    severity: 'warning',
    title: 'a record says that audio was deleted, and it is there',
    meaning:
      'The record of the call says that its recording was deleted, and the source has the file. It is kept with the record: an export may be older than the deletion, or the deletion never reached this copy.',
    next: 'Ask whether the recording had to be deleted, by a request or a retention rule, before it is kept any longer.',
  },
  I261: {
    severity: 'note',
    title: 'values of pressed keys were left out',
    meaning:
      'A record holds keys that somebody pressed on a telephone. These may be card data and are never taken into the metadata; the row or document that is kept as it came still holds them.',
    next: 'Where payment data may be among them, seal the archive, or take these values out of the export before the import.',
  },
  I283: {
    severity: 'warning',
    title: 'a spreadsheet has cut ids',
    meaning:
      'Ids of NICE have up to 19 digits, and a spreadsheet keeps 15 of them: `6.65152E+18`, or zeros at the end. Calls of the same minute may have the same id then. Where the path of the file says the whole id it is taken; ids with an exponent join nothing.',
    next: 'Have the table exported again without a spreadsheet in between, or with the ids as text, and import again.',
  },
  I285: {
    severity: 'warning',
    title: 'the recorder hides parts of the sound',
    meaning:
      'The sidecar of a Verint recording says that it requires redaction or morphing: the recorder kept the sound whole, and hid parts of it, or changed voices, only while it was played. The original and the access copy are not redacted.',
    next: 'Decide who may hear the recording; seal the archive where card data or protected voices may be in it.',
  },
  I286: {
    severity: 'note',
    title: 'rows of a search belong to no recording by themselves',
    meaning:
      'Rows of a table that a user exported from a search in Avaya Contact Recorder name no INUM. They say nothing of any recording that could be found, and are counted only.',
    next: 'Export the search again with the field INUMs in its layout.',
  },
  // I271 to I279: digests in metadata, vcon, finos.
  I271: {
    severity: 'note',
    title: 'a digest in the metadata was not checked',
    meaning:
      'The record states a digest of the file that is computed in a way that is not known here, or that is no digest. It is kept in the metadata.',
    next: 'Check it with the program that wrote it, if it must be known.',
  },
  I272: {
    severity: 'note',
    title: 'a signature was not verified',
    meaning:
      'The document is signed (JWS). Its content was read, and the signature is kept with it; whether it is right, and whose it is, was not asked.',
    next: 'Verify it with the certificate of whoever signed it, before that expires.',
  },
  I273: {
    severity: 'warning',
    title: 'a vCon is encrypted',
    meaning: 'The document is encrypted (JWE), and without the key nothing can be read but its id. It is kept as it stands.',
    next: 'Decrypt it where the key is, put the decrypted vCon beside it, and import again.',
  },
  I274: {
    severity: 'warning',
    title: 'a document of a known name is none of its kind',
    meaning:
      'The file has the name or the first words of a vCon or of a FINOS call record, and its content is none: no JSON, no parties, no dialog, no communication. It is kept as it stands.',
    next: 'Look at the file.',
  },
  I275: {
    severity: 'note',
    title: 'several versions of one vCon',
    meaning:
      'vCons of one id, or that amend or redact one another, are one conversation. The least redacted and newest speaks for it; all are kept with it.',
    next: 'Nothing need be done.',
  },
  I276: {
    severity: 'warning',
    title: 'a vCon wants an extension that is not known here',
    meaning:
      'It says that nobody who does not know the extension may take its content for what it seems. What was read of it may mean something else.',
    next: 'Read the definition of the extension, and compare with the recording.',
  },
  I277: {
    severity: 'warning',
    title: 'a recording inside a document was not extracted',
    meaning: 'A vCon has audio inside it whose text is no base64, or that is inside a signature. It is kept within the document, and not played.',
    next: 'Take it out with the program that wrote the vCon, put the file beside the document under the name that the document gives it, and import again.',
  },
  I278: {
    severity: 'warning',
    title: 'the recording.json inside a vCon was not used',
    meaning:
      'A vCon says that longplay exported it and has a recording.json inside, which does not fit the schema, is of another recording, or has other digests than the sound. Somebody changed one of them. The recording was made from the vCon alone, as of any other origin; of the recording.json nothing is used.',
    next: 'Export the recording again from its archive, and compare. Where the archive is gone, treat times and parties as those of an unknown writer.',
  },
  // I280 to I289: nice-engage, and Verint in sidecar-xml.
  I280: {
    severity: 'note',
    title: 'the start comes from the name of the file',
    meaning:
      'No table knows the file. Older storage centers of NICE wrote four times into its name, to the minute; which of them is what, and whether they are local or UTC, is not known. The earliest is taken, in the zone that --zone gives; all are kept.',
    next: 'Export the tables of the storage center (tblStorageCenter) and the interactions, put them beside the files and import again.',
  },
  I281: {
    severity: 'warning',
    title: 'the recorder failed to record a call',
    meaning: 'A row says that the call was not recorded, and exceptions of the same call say why it failed. It was to be recorded.',
    next: 'Nothing can bring the audio back; the exception is kept with the recording, for those who ask for the call.',
  },
  I282: {
    severity: 'warning',
    title: 'times of an interaction cannot be read',
    meaning:
      'A start or an end of a NICE interaction is written in a way that means several days or none: a spreadsheet has rewritten it. It is kept as it stood.',
    next: 'Have the table exported again, times as ISO 8601 (yyyy-mm-dd hh:mm:ss), without a spreadsheet in between.',
  },
  // I290 to I299: oreka, callrec, asterisk, and what records say of the bytes of files.
  I290: {
    severity: 'warning',
    title: 'a capture was never finished',
    meaning:
      'Oreka writes a capture as it comes (`.mcf`) and makes the audio file of it when the call is over. Here the capture is left and no finished file is: the recorder stopped, or the call was still going on.',
    next: 'Listen to its end; the capture is kept and decoded as it is. Look for the finished file by the name in the records.',
  },
  I291: {
    severity: 'warning',
    title: 'a file is not as long as its record says',
    meaning:
      'The record gives the number of bytes of the file, and the file has another. It may be cut, converted, or another one under the same name.',
    next: 'Compare the measured length with the declared one; find another copy of the file where it is shorter.',
  },
  I292: {
    severity: 'error',
    alarm: true,
    title: 'a file has another checksum than its record says',
    meaning:
      'The record states a digest of the file, and that of its bytes is another: it was changed, cut or swapped after the record was written. It is kept as it is.',
    next: 'Find another copy of the file in backups or archives, and compare; both stay evidence of what was there.',
  },
  I293: {
    severity: 'note',
    title: 'the audio was moved to an archive',
    meaning:
      'The recorder says that it has archived the recording and deleted its own copy. The archive is not in this source, or does not hold the file.',
    next: 'Import the archive that the quality entry `b_location` names together with these tables.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
