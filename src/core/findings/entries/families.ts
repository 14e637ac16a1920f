import type { FindingEntry } from './types.ts';

/** Codes I100 to I199: importers. */
export const familiesFindings = {
  // I200 to I219: common to all recorder families.
  I200: {
    severity: 'warning',
    title: 'some files that the records name are missing',
    meaning: 'The records of the recording name several files. Some are in the source and were imported; the others are not in the source.',
    next: 'Look for the missing files in other exports or media of the recorder, by the key. Import again with them: the complete recording is added beside the first one.',
  },
  I201: {
    severity: 'warning',
    title: 'files that may belong to a recording were not joined',
    meaning: 'Several files match the records of the recording, and nothing shows which is meant. The files are kept as separate recordings.',
    next: 'Listen to them, or find a table that names the files by folder or id, and import again with it.',
  },
  I202: {
    severity: 'warning',
    title: 'a file may belong to a call, but it is not certain which',
    meaning: 'Records match the file, but they also match other files, or the file also matches other calls. It is kept as a separate recording.',
    next: 'Compare its length and time with those of the calls that the message names.',
  },
  I203: {
    severity: 'note',
    title: 'a file is a copy of another',
    meaning: 'Two files in different folders of the source have the same name and the same bytes. Both are kept; the second refers to the first.',
    next: 'Nothing.',
  },
  I204: {
    severity: 'warning',
    title: 'records of one call contradict each other',
    meaning:
      'Two records with the same key contradict each other. The newest is used, or the first if none is newer; all are kept with the recording.',
    next: 'Compare the rows that are kept in the bag; later exports of a recorder often hold corrections.',
  },
  I205: {
    severity: 'warning',
    title: 'local and UTC time contradict each other',
    meaning: 'A record has a local and a UTC time of the same moment, but their difference is not the offset of any time zone. One of them is wrong.',
    next: 'Compare with neighbouring calls; both texts are kept.',
  },
  // I220 to I229: freeswitch; I220 applies to all families with such columns.
  I220: {
    severity: 'note',
    title: 'pressed keys were left out',
    meaning:
      'Records of the call hold keys that somebody pressed; these may be a card number or a PIN. They are not in the metadata of the recording. The original records in the bag still have them.',
    next: 'If card data must not be kept, check the originals of these records and decide whether they may be archived.',
  },
  I221: {
    severity: 'note',
    title: 'the recording may be masked, but no record says when',
    meaning:
      'The dial plan of the call has a command that silences the recording for a while. FreeSWITCH does not record when such a command ran; the masked part is silence in the audio.',
    next: 'Nothing; the measured silences of the recording show where the masked part may be.',
  },
  // I230 to I239: siprec.
  I230: {
    severity: 'warning',
    title: 'recording metadata names no session',
    meaning:
      'A SIPREC document names neither its session nor its recording, e.g. because a tool has removed the tags from the XML. It is kept as it is.',
    next: 'Look for the original message on the recorder or in a capture; audio can be joined to this document only by its name or folder.',
  },
  I231: {
    severity: 'warning',
    title: 'recording metadata could not be read',
    meaning:
      'A SIP message has SIPREC metadata that is not a complete XML document: cut, damaged, or too large. The message is kept; the other messages of the session were read.',
    next: 'Look for another copy of the message; finding I239 says what is wrong with the XML.',
  },
  I232: {
    severity: 'warning',
    title: 'partial metadata without the complete metadata before it',
    meaning:
      'The first SIPREC document of a session is a partial one: it describes changes to a state that is not in the source. Participants may be missing.',
    next: 'Look for the first message of the session (INVITE) and import again with it.',
  },
  I233: {
    severity: 'note',
    title: 'a participant was only a placeholder',
    meaning:
      'The first metadata names a participant without a stream, and the next complete metadata has another participant instead: session border controllers do this before they know who answers. The placeholder is not among the parties; its address is kept.',
    next: 'Nothing.',
  },
  I234: {
    severity: 'warning',
    title: 'labels of metadata and session description differ',
    meaning:
      'The stream labels in the SIPREC metadata differ from the media labels in the SDP of the same message, so no medium can be assigned to a participant by its label.',
    next: 'Listen to the recording before relying on who speaks on which channel.',
  },
  I235: {
    severity: 'note',
    title: 'several recording sessions share a file',
    meaning: 'One capture or audio file belongs to several SIPREC recording sessions. It becomes one recording with the metadata of all of them.',
    next: 'If each session must be separate, cut the capture by session before the import.',
  },
  I236: {
    severity: 'warning',
    title: 'SIP messages without recording metadata',
    meaning:
      'The source has messages of a SIP dialog, but none of them has SIPREC metadata: an ordinary call, or a recording session whose first message is missing.',
    next: 'Look for the INVITE with this Call-ID; without it the recorded parties are unknown.',
  },
  I237: {
    severity: 'note',
    title: 'messages report pressed keys',
    meaning:
      'SIP messages of the session report keys that were pressed on a telephone. These may be card data and are never added to the metadata; a text file that is kept as an original still has them.',
    next: 'If card data may be among them, remove these messages from the source before the import: PCI DSS permits no card verification code to be stored, even encrypted.',
  },
  I238: {
    severity: 'warning',
    title: 'recording metadata has too many elements',
    meaning: 'A SIPREC document names more participants, streams or associations than any call has. The first were read, the rest ignored.',
    next: 'Look at the document in the bag: it may be damaged or malicious.',
  },
  I239: {
    severity: 'note',
    title: 'the XML of recording metadata is not valid',
    meaning: 'XML in a SIP message was repaired during reading, or refused; the codes in the message say why (longplay explain).',
    next: 'Compare the recording with the message that is kept in its bag.',
  },
  // I240 to I249: voipmonitor.
  I240: {
    severity: 'warning',
    title: 'two Call-IDs have the same name in the spool',
    meaning:
      'VoIPmonitor writes every byte of a Call-ID other than letters, digits and `:-.@` as `_`. Two calls that began in the same minute can therefore have the same name, and only the captures show which files belong to which call. Rows and files are kept separately.',
    next: 'Examine the captures with SIP (`tcpdump -A`): the Call-ID header is the same as in cdr_next.',
  },
  I241: {
    severity: 'warning',
    title: 'several captures of a call have the same name',
    meaning:
      'An archive holds the same name more than once: a call with the same Call-ID began twice within the minute, or two Call-IDs have the same name in the spool. It is unknown which pieces belong together, so none was joined.',
    next: 'Examine the captures: the first piece of each begins with the header of a capture.',
  },
  I242: {
    severity: 'warning',
    title: 'pieces of a capture are missing',
    meaning:
      'VoIPmonitor writes a long capture in pieces, NAME#1, NAME#2 and so on; the last piece is NAME. The last one is missing, or the table cdr_tar_part lists more pieces than there are. The existing pieces were joined.',
    next: 'Check whether the archive was cut during copying, or copied before the call had ended; then import a complete archive.',
  },
  I243: {
    severity: 'warning',
    title: 'the zone does not match the times in the archives',
    meaning:
      'The headers of the archives state the moment at which each call began; folders and tables state its local time. The two differ by an offset that the given zone does not have at that time. The moment in the headers is used. Usual causes are `timezone` or `utc` in voipmonitor.conf and a wrong --zone.',
    next: 'If most calls have this finding, correct --zone and import again with `--amend`; the times of calls with files in archives are right either way.',
  },
  // I244 to I249: signalling in captures, of all families.
  I244: {
    severity: 'warning',
    title: 'the recorder and the signalling in its capture differ',
    meaning:
      'A table or a file name states another party than the INVITE in the capture of the recording, or a table states a start that differs from the time of the INVITE by more than 5 s. The value of the table or name is used; the capture is kept and shows the other value.',
    next: 'Look into the capture (`tcpdump -A`). If many recordings have this finding, the column of the party, the zone or the join may be wrong.',
  },
  I245: {
    severity: 'note',
    title: 'a capture holds several calls',
    meaning:
      'The capture has INVITEs of several calls, or is too large to be searched to its end, so it is unknown which of them is played. The parties were not taken from the signalling. Legs of one call that a switch (B2BUA) adds are recognised by their caller, callee or Session-ID.',
    next: 'If the parties matter, cut the capture into calls, e.g. with tshark or pcapsipdump, and import these.',
  },
  I246: {
    severity: 'note',
    title: 'parties are from the signalling in captures',
    meaning:
      'No table describes these recordings. Caller (P-Asserted-Identity, else From), callee (To), Call-ID, start and some headers are those of the first INVITE in the capture.',
    next: 'Nothing; or export the table of calls as well: it has names, queues and directions.',
  },
  // I260 to I269: cloud recorders and Cisco.
  I260: {
    severity: 'warning',
    title: 'audio exists although its record says that it was deleted',
    meaning:
      'The record of the call says that its recording was deleted, but the source has the file. The file is kept with the record: the export may be older than the deletion, or the deletion did not reach this copy.',
    next: 'Before keeping the recording any longer, ask whether a request or a retention rule required its deletion.',
  },
  I261: {
    severity: 'note',
    title: 'values of pressed keys were left out',
    meaning:
      'A record holds keys that somebody pressed on a telephone. These may be card data and are never added to the metadata; the row or document that is kept as an original still has them.',
    next: 'If card data may be among them, remove these values from the export before the import: PCI DSS permits no card verification code to be stored, even encrypted.',
  },
  I283: {
    severity: 'warning',
    title: 'a spreadsheet has truncated ids',
    meaning:
      'Ids of NICE have up to 19 digits, but a spreadsheet keeps only 15: `6.65152E+18`, or zeros at the end. Calls of the same minute may then have the same id. If the path of the file has the whole id, that id is used; ids with an exponent are not used for joining.',
    next: 'Have the table exported again without a spreadsheet, or with the ids as text, and import again.',
  },
  I285: {
    severity: 'warning',
    title: 'the recorder hides parts of the audio',
    meaning:
      'The sidecar of a Verint recording says that the recording requires redaction or morphing: the recorder stored the audio whole, and hid parts of it or changed voices only during playback. The original and the access copy are not redacted.',
    next: 'Decide who may listen to the recording; keep the archive sealed if protected voices may be in it.',
  },
  I286: {
    severity: 'note',
    title: 'rows of a search that belong to no recording',
    meaning:
      'Rows of a table that a user exported from a search in Avaya Contact Recorder have no INUM, so they cannot be joined to any recording. They are only counted.',
    next: 'Export the search again with the field INUMs in its layout.',
  },
  // I271 to I279: digests in metadata, vcon, finos.
  I271: {
    severity: 'note',
    title: 'a digest in the metadata was not checked',
    meaning: 'The record states a digest of the file, but its algorithm is unknown, or it is not a digest. It is kept in the metadata.',
    next: 'If the digest matters, check it with the program that wrote it.',
  },
  I272: {
    severity: 'note',
    title: 'a signature was not verified',
    meaning:
      'The document is signed (JWS). Its content was read, and the signature is kept with it; neither the signature nor its signer was checked.',
    next: "Verify the signature with the signer's certificate before the certificate expires.",
  },
  I273: {
    severity: 'warning',
    title: 'a vCon is encrypted',
    meaning: 'The document is encrypted (JWE); without the key only its id can be read. It is kept as it is.',
    next: 'Decrypt it with the key, put the decrypted vCon beside it, and import again.',
  },
  I274: {
    severity: 'warning',
    title: 'a document is not what its name says',
    meaning:
      'The file has the name or the first words of a vCon or of a FINOS call record, but not the content: no JSON, no parties, no dialog, no communication. It is kept as it is.',
    next: 'Look at the file.',
  },
  I275: {
    severity: 'note',
    title: 'several versions of one vCon',
    meaning:
      'vCons with the same id, or that amend or redact one another, are one conversation. The least redacted and newest one is used; all are kept with the recording.',
    next: 'Nothing.',
  },
  I276: {
    severity: 'warning',
    title: 'a vCon requires an unknown extension',
    meaning:
      'The vCon says that its content can be misunderstood without a certain extension, which longplay does not know. What was read may mean something else.',
    next: 'Read the definition of the extension, and compare with the recording.',
  },
  I277: {
    severity: 'warning',
    title: 'a recording inside a document was not extracted',
    meaning: 'The audio inside a vCon is not valid base64, or is inside a signature. It is kept within the document, and not played.',
    next: 'Extract it with the program that wrote the vCon, put the file beside the document under the name that the document gives it, and import again.',
  },
  I278: {
    severity: 'warning',
    title: 'the recording.json inside a vCon was not used',
    meaning:
      'The vCon says that longplay exported it, and holds a recording.json. That recording.json does not match the schema, belongs to another recording, or has other digests than the audio: somebody changed one of them. The recording was made from the vCon alone, as from any other source; the recording.json was ignored.',
    next: 'Export the recording again from its archive, and compare. If the archive is gone, treat times and parties as unconfirmed.',
  },
  // I280 to I289: nice-engage, and Verint in sidecar-xml.
  I280: {
    severity: 'note',
    title: 'the start comes from the file name',
    meaning:
      'No table lists the file. Older storage centers of NICE wrote four times into its name, to the minute; what each means, and whether they are local or UTC, is unknown. The earliest is used, in the zone given by --zone; all are kept.',
    next: 'Export the tables of the storage center (tblStorageCenter) and the interactions, put them beside the files and import again.',
  },
  I281: {
    severity: 'warning',
    title: 'the recorder failed to record a call',
    meaning: 'A row says that the call was not recorded although it should have been, and exceptions of the same call say why.',
    next: 'The audio is lost; the exception is kept with the recording as an explanation.',
  },
  I282: {
    severity: 'warning',
    title: 'times of an interaction cannot be read',
    meaning: 'The start or end of a NICE interaction is ambiguous or not a date: a spreadsheet has rewritten it. The text is kept.',
    next: 'Have the table exported again, with times as ISO 8601 (yyyy-mm-dd hh:mm:ss), without a spreadsheet.',
  },
  // I290 to I299: oreka, callrec, asterisk, and sizes or digests that records state.
  I290: {
    severity: 'warning',
    title: 'a capture was never finished',
    meaning:
      'Oreka first writes a capture (`.mcf`) and makes the audio file from it when the call is over. Here the capture exists but no finished file: the recorder stopped, or the call was still going on.',
    next: 'Listen to its end; the capture is kept and decoded. Look for the finished file by the name in the records.',
  },
  I291: {
    severity: 'warning',
    title: 'the size of a file differs from its record',
    meaning: 'The record states another number of bytes than the file has. The file may be cut, converted, or a different file with the same name.',
    next: 'Compare the measured length with the declared one; if the file is shorter, look for another copy of it.',
  },
  I292: {
    severity: 'error',
    alarm: true,
    title: 'the checksum of a file differs from its record',
    meaning:
      'The digest of the file differs from the one that its record states: the file was changed, cut or swapped after the record was written. It is kept as it is.',
    next: 'Look for another copy of the file in backups or archives, and compare. Keep both as evidence.',
  },
  I293: {
    severity: 'note',
    title: 'the audio was moved to an archive',
    meaning:
      'The recorder says that it has archived the recording and deleted its own copy. That archive is not in this source, or does not have the file.',
    next: 'Import these tables together with the archive that the quality entry `b_location` names.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
