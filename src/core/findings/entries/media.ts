import type { FindingEntry } from './types.ts';

/** Codes M100 to M199: media. */
export const mediaFindings = {
  // M100 to M149: identify, decode, measure, compare, process.
  M100: {
    severity: 'error',
    title: 'FFmpeg could not be started',
    meaning: 'FFmpeg was found before, but the system did not start it: it was removed, or there was no room for another process.',
    next: 'See what `longplay doctor` says, then run the same command again; it goes on where it stopped.',
  },
  M101: {
    severity: 'error',
    title: 'FFmpeg stopped while decoding',
    meaning:
      'FFmpeg ended with an error before the end of the coded audio. What it had decoded until then was measured and copied; the original is kept whole.',
    next: 'Compare the length with what the metadata says. If the recording matters, try the original with another decoder or ask for another copy from the recorder.',
  },
  M102: {
    severity: 'warning',
    title: 'FFmpeg complained while decoding',
    meaning: 'FFmpeg decoded to the end but printed warnings: usually damaged frames, which it replaces or drops.',
    next: 'Listen to the access copy where it matters; the original is kept whole.',
  },
  M103: {
    severity: 'warning',
    title: 'bytes at the end made no sample',
    meaning:
      'The coded audio ends within a block that cannot be decoded in part. Recorders leave that when they were stopped hard or the file was cut.',
    next: 'Usually nothing: less than one block is missing. See whether the source file was copied whole.',
  },
  M104: {
    severity: 'warning',
    title: 'the stated length is not the decoded length',
    meaning:
      'The container states another number of samples than its coded audio holds. All that could be decoded was kept: the stated length was not used to cut.',
    next: 'Compare with the duration in the metadata. If less was decoded than stated, the file may have been cut.',
  },
  M105: {
    severity: 'error',
    title: 'no format knows this file',
    meaning:
      'None of the formats recognises the bytes. The original is kept and nothing is claimed about it: it may be encrypted, a format that longplay does not know, or not audio at all.',
    next: 'See `longplay formats`. If it is a known recorder, send a description of the format; the original can be converted later without the source.',
  },
  M106: {
    severity: 'error',
    title: 'two formats claim this file',
    meaning:
      'Two formats are equally sure that the file is theirs. It was not decoded, because to choose one would be a guess. The original is kept.',
    next: 'Report it with the two formats named in the message: the readers must be told apart.',
  },
  M107: {
    severity: 'error',
    title: 'no decoder for this coding',
    meaning: 'The container was understood, but there is no decoder for its coding, or none that is free. The original is kept and described.',
    next: "Keep the vendor's player while it still runs. `longplay formats` lists what can be decoded.",
  },
  M108: {
    severity: 'error',
    title: 'FFmpeg is needed and was not found',
    meaning: 'Only FFmpeg decodes this coding, and no FFmpeg was found when the work began. The original is kept without an access copy.',
    next: 'Install FFmpeg (Debian: ffmpeg), check with `longplay doctor`, and import into a new archive or run convert again.',
  },
  M109: {
    severity: 'error',
    title: 'a reader of this file failed',
    meaning:
      'A format or decoder of longplay stopped with a fault of its own on these bytes. The original is kept, with what was decoded until then.',
    next: 'Please report it with the message: this is a bug that only such a file shows.',
  },
  M110: {
    severity: 'error',
    title: 'the original could not be read as it was',
    meaning:
      'Its file is gone, unreadable, or was changed between the survey and now. Nothing was kept of this recording; the others are not touched.',
    next: 'See that the source is complete, at rest and readable, then run the same command again: what is missing is done.',
  },
  M111: {
    severity: 'error',
    title: 'a file of the archive could not be written',
    meaning: 'The target refused: no space, no permission, a failing disk, or a file that is there already.',
    next: 'Make room or see to the disk, then run the same command again; it goes on where it stopped.',
  },
  M112: {
    severity: 'warning',
    title: 'the file is empty',
    meaning: 'It has 0 bytes. Recorders leave such files for calls that were never connected, and disks for files that were lost.',
    next: "Look the call up in the recorder's own list. If it should have audio, copy the source again.",
  },
  M113: {
    severity: 'warning',
    title: 'there is no audio in the file',
    meaning: 'The header is there, but no coded audio follows it, as recorders leave it when a call ends at once or they are stopped hard.',
    next: "Look the call up in the recorder's own list.",
  },
  M114: {
    severity: 'error',
    title: 'some tracks were not decoded',
    meaning:
      'The file holds several runs of audio that cannot be played side by side, because they have more than one channel each or different rates. Only the first was decoded; the original is kept whole.',
    next: 'Decode the others from the original by hand where they matter.',
  },
  M115: {
    severity: 'warning',
    title: 'sides of different length',
    meaning:
      'Two sides that belong together have different numbers of samples. The shorter one ends in silence. They may not begin at the same moment either.',
    next: 'Compare with the times in the metadata before relying on who spoke when.',
  },
  M116: {
    severity: 'warning',
    title: 'the copy is WAV: too many channels',
    meaning: 'Opus copies have one or two channels. This medium has more, so its copy keeps the samples as they are.',
    next: 'Nothing. It takes more room than Opus would.',
  },
  M117: {
    severity: 'note',
    title: 'the copy is made at a higher rate',
    meaning:
      "Opus works at 8, 12, 16, 24 and 48 kHz. The samples were changed to the next higher of them for the access copy alone; digest and measurement are of the original's own samples.",
    next: 'Nothing.',
  },
  M118: {
    severity: 'warning',
    title: 'the copy is WAV: the rate cannot be changed',
    meaning: 'The rate is none of those of Opus, and FFmpeg, which would change it, was not found. The copy keeps the samples as they are.',
    next: 'Nothing, or install FFmpeg and convert again.',
  },
  M119: {
    severity: 'warning',
    title: 'the copy does not sound like the original',
    meaning:
      'The access copy was decoded again and compared with the samples it was made from; it failed, and was deleted. The message has the numbers. Where it was Opus, a WAV copy is made in its place (M125). The original is kept. docs/listening-back.md says what is compared and how strictly.',
    next: 'Nothing where M125 follows. Otherwise please report it with the message.',
  },
  M120: {
    severity: 'warning',
    title: 'the coded audio decodes to nothing',
    meaning: 'There are coded bytes, but they make not a single sample.',
    next: "Look the call up in the recorder's own list; the original is kept.",
  },
  M121: {
    severity: 'warning',
    title: 'the recording is silent',
    meaning:
      'Not one stretch of 20 ms reaches −60 dB of full scale on any channel: a dead line, a wrong tap, a wrong decoder or a lost encryption key all sound like this.',
    next: "Listen to the original with the recorder's own player. When many are silent, suspect the recorder's port or the export.",
  },
  M122: {
    severity: 'error',
    title: 'the audio grows beyond all measure',
    meaning:
      'The bytes decode to more samples than any known coding can hold in them, as hostile or damaged files do. Decoding was stopped there; the original is kept.',
    next: 'See where the file comes from. What was decoded until then was measured and copied.',
  },
  M123: {
    severity: 'warning',
    title: 'the two sides cannot be joined',
    meaning: 'A joined stereo copy was wanted, but one side cannot be played, is not mono, or has another rate. Each side has its own copy.',
    next: 'Nothing: play the sides one by one.',
  },
  M124: {
    severity: 'error',
    title: 'the copy could not be made',
    meaning: 'FFmpeg, which changes the rate for the copy, failed. The original is kept and was measured.',
    next: 'See what `longplay doctor` says of FFmpeg, or choose WAV copies.',
  },
  M140: {
    severity: 'error',
    title: 'a header out of all bounds',
    meaning:
      'The header states a rate, a number of channels or a length that no recording has: below 1,000 Hz or above 768,000 Hz, more than 64 channels, more than 31 days. Such headers are damaged or made to do harm: at 1 Hz a file of 250 kB would fill hours and hundreds of megabytes. Nothing is decoded; the original is kept.',
    next: 'Where only the header is wrong, say what the sound is: `--declare GLOB=CODEC,RATE`. Else see where the file comes from.',
  },
  M141: {
    severity: 'error',
    title: 'an internal error on one file',
    meaning:
      'longplay failed on this file with a bug. The original is kept as it came; there is no copy of it, or none that can be relied on. All other files are done as if it were not there.',
    next: 'Please report it with the message. When it is fixed, convert the original, or import it into a new archive.',
  },
  M142: {
    severity: 'error',
    title: 'kept without being looked at',
    meaning:
      'The work on this recording ended in an internal error or killed its worker thread, twice. Its originals are kept as they came; their content was not examined, and there are no copies.',
    next: 'Please report it with the message; try again with fewer jobs (`-j 1`) where memory is short. When it is fixed, convert the originals.',
  },
  M143: {
    severity: 'error',
    alarm: true,
    title: 'a recording was not imported for an internal error',
    meaning:
      'longplay failed on this recording with a bug, and again when it was only to keep its originals. It is left out so that the rest can go on.',
    next: 'Please report it with the message. When it is fixed, import the source once more: what is missing is done.',
  },
  // M150 to M199: Opus, Ogg and WAV.
  M125: {
    severity: 'note',
    title: 'a WAV copy in place of an Opus one',
    meaning:
      'The Opus copy failed its comparison (M119), as it can where a recording is mostly noise; the copy was made again as WAV, which keeps every sample.',
    next: 'Nothing. A higher --bitrate makes an Opus copy of such a recording possible.',
  },
  M126: {
    severity: 'warning',
    title: 'the sound is doubtful',
    meaning:
      'Most loud seconds are like white noise, or hold hardly anything but a rumble below 80 Hz, or stand at full scale. Speech, music and tones do not; a wrong decoder, encrypted audio, a fax and a broken line do. The copy is made all the same and marked doubtful in recording.json. docs/plausibility.md has the bounds.',
    next: "Listen to the copy. Where it is noise, tell what the coding is (`--declare`) or compare with the vendor's player; `longplay list ARCHIVE --doubtful` finds all of them.",
  },
  M127: {
    severity: 'warning',
    title: 'two decoders disagree',
    meaning:
      'The beginning of the original was decoded by longplay and by FFmpeg, as it is for one original in 256 and for all that are doubtful; what came out is not the same sound. One of the two decoders is wrong, or the bytes are of another coding than the file says. The copy is made all the same and marked doubtful.',
    next: 'Listen to the copy. Please report the message with the name of the codec.',
  },
  M130: {
    severity: 'warning',
    title: 'a hole of zero bytes in the sound',
    meaning:
      'At least 4 KiB of the coded audio are zero, with sound behind them, and are not silence: no encoder of this coding writes them, or (linear samples, IMA ADPCM) they begin and end at borders of disk sectors. A block that was never written, a failed disk or an interrupted copy leaves that. The message has times and bytes. The copy is made all the same and marked doubtful in recording.json; docs/plausibility.md says what is found and what cannot be.',
    next: 'Copy the file from the recorder or its backup again and compare. If the hole is in every copy, the sound of that time is lost.',
  },
  M131: {
    severity: 'warning',
    title: 'the end was never written',
    meaning:
      'One code is repeated to the end of the coded audio, over 5 % of it or 2 s at least. It is not silence in this coding; or it is, but begins where a block of 4 KiB of the file does. Files whose room was taken beforehand, crashes and full disks leave that. The copy is made all the same and marked doubtful in recording.json.',
    next: "Compare with the duration in the recorder's own list, and copy the file from the recorder or its backup again.",
  },
  M132: {
    severity: 'note',
    title: 'the end is one value of silence',
    meaning:
      'The coded audio ends in digital silence, over 5 % of it or 2 s at least. A line that was muted or had hung up looks like this, and so does an end that was never written: nothing in the bytes tells them apart.',
    next: 'Nothing, unless the call should have sound there: then compare with another copy of the file.',
  },
  M133: {
    severity: 'warning',
    title: 'a stretch of noise or of another coding',
    meaning:
      'For a second or more the coded bytes are as random ones, are text, have no frames of their coding or have them in an order that no encoder writes, or the decoded sound is white noise louder than any comfort noise: bytes of another file, of another coding, encrypted or scrambled, lie in the call. Speech, music, tones, faxes and comfort noise do not look so; a line full of static may. The message has the times. The copy is made all the same and marked doubtful in recording.json; docs/plausibility.md has the bounds.',
    next: 'Listen to the copy at these times. Where it is noise, copy the file from the recorder or its backup again and compare.',
  },
  M134: {
    severity: 'warning',
    title: 'most of it is one value of silence, up to the end',
    meaning:
      'More than half of the coded audio is digital silence, up to its end. A line that was left open on mute looks like this, and so does a recording whose greater part was never written: nothing in the bytes tells them apart.',
    next: 'Compare with another copy of the file, or with what the recorder says of the call.',
  },
  M136: {
    severity: 'warning',
    title: 'the same bytes over and over in place of sound',
    meaning:
      'The coded audio repeats what lies before it, to the bit: one value, a pattern or a block, for 5 % of it or 2 s, 0.5 s at least, or over whole sectors of the file from 4 KiB on. What it decodes to is louder than silence and no tone of a few frequencies, nor does it return as the cadence of a tone does, after 0.2 s or more by steps of 10 ms: machines repeat both so. Sound does not repeat exactly. A program or a disk that filled a hole with a pattern or the last block, erased flash memory, and a receiver that repeats its last packet leave that. The message has times and bytes. The copy is made all the same and marked doubtful in recording.json; docs/plausibility.md says what is found and what cannot be.',
    next: 'Listen to the copy at these times, and copy the file from the recorder or its backup again. If it is so in every copy, the sound of that time is lost.',
  },
  M135: {
    severity: 'error',
    title: 'no sample of the coded audio could be decoded',
    meaning:
      'A decoder read coded audio, which is more than a bare header, to the end and gave not a single sample: the bytes are encrypted or damaged, or it is FFmpeg, which cannot read this file from a pipe. Whether there is sound in them is not known, so the call does not count as one without audio.',
    next: 'The original is kept. Try FFmpeg on the file itself; where it plays, please report the format.',
  },
  M161: {
    severity: 'error',
    title: 'FFmpeg was ended from outside',
    meaning:
      'Somebody else ended FFmpeg in the middle: the kernel where memory ran out (SIGKILL), a limit, a user, an upgrade that took its libraries, or the system gave it no thread or descriptor. Nothing is known of the recording: an import leaves it out, and a verification says nothing against it.',
    next: 'See who ended it (`journalctl -k`), give it more memory or use fewer --jobs, then run the same command again: an import tries it again.',
  },
  M162: {
    severity: 'error',
    title: 'FFmpeg crashed while decoding',
    meaning:
      'FFmpeg ended by a signal of its own fault, or got no memory. The file may ask too much of it, or FFmpeg is broken: that cannot be told. What it had decoded until then was measured; the original is kept whole. A verification says nothing against a file upon which FFmpeg crashes (V214).',
    next: 'Run `longplay doctor --canaries`. If other files decode, try the original with another version of FFmpeg, and report the crash to its authors.',
  },
  M163: {
    severity: 'error',
    title: 'memory ran out during the work on a recording',
    meaning:
      'The system gave no more memory. Nothing is known of the recording: an import leaves it out, and a verification says nothing against it.',
    next: 'Give it more memory or use fewer --jobs, then run the same command again: an import tries it again.',
  },
  M160: {
    severity: 'warning',
    title: 'the codes are as even as encrypted ones',
    meaning:
      'In frames of every speech coder some bits are set more often than not, or stay as they were in the frame before. Those of this file do neither, as of encrypted or random bytes, while a decoder makes a noise of them that may pass for sound. The copy is made all the same and marked doubtful in recording.json; docs/plausibility.md has the measurements.',
    next: 'Listen to the copy. If it is noise, the recorder encrypted its files: export the call with the recorder, which has the key.',
  },
  M145: {
    severity: 'warning',
    title: 'part of the sound is missing',
    meaning:
      'The file states, or its bytes show, more sound than came out of it: at least 5 % or 2 s of it, or 4 KiB in the midst. It was cut, overwritten, encrypted in part, or has holes. What is left was copied, closed up where the container has no times for it, and the copy is marked doubtful. The message says how much is missing and by what that is known; docs/plausibility.md has the rule.',
    next: 'Copy the file from the recorder or its backup again and compare. If every copy is so, the sound of that time is lost.',
  },
  M146: {
    severity: 'warning',
    title: 'another file lies behind the sound or in its place',
    meaning:
      'Behind the end of the sound, or between its parts, a further file of sound begins, or 4 KiB and 5 % of the file at least belong to nothing that the container names; or where the sound begins, or at a sector of 512 bytes within it, a document, picture, program, archive or file of sound begins. Only the first was decoded, and its copy is marked doubtful. Files that were copied one behind the other, and sectors that were overwritten, look like this.',
    next: 'Cut the file at the byte that the message names and import the parts, or ask for the two files again.',
  },
  M147: {
    severity: 'error',
    alarm: true,
    title: 'bytes without any sound that can be read',
    meaning:
      'A container begins as it should, and 4 KiB or more follow in which no chunk, frame, page or packet of sound can be found: its header is damaged, or it is encrypted or overwritten behind it. Tags, pictures, video, text and room that was never written are not counted. It does not count as a call without audio, and the run ends with 3.',
    next: 'Copy the file from the recorder or its backup again. If it is the same there, export the call with the recorder, which may have a key.',
  },
  M148: {
    severity: 'warning',
    title: 'the file is cut, and nothing says how much is missing',
    meaning:
      'The file ends in the midst of a frame, page or packet, or without the mark that ends such a file, and neither its container nor the metadata says how long it was: a second may be missing, or most of the call. What is there was copied, and the copy is marked doubtful. A recorder or a copy of the file that was interrupted leaves such files. Where the metadata states a length that is there to 5 % or 2 s, nothing is told but the cut itself.',
    next: 'Copy the file from the recorder or its backup again and compare. If every copy is so, the end of the sound is lost.',
  },
  M149: {
    severity: 'note',
    title: 'the format is experimental',
    meaning:
      'No specification of this kind of file is public, and no program that writes it was available: how it is read was found out from files. What came out was measured and judged like any other sound, but a mistake in what is known of the format would be in all of them.',
    next: 'Listen to a sample of the copies, beside the recorder’s own player where there is one, before the old system is switched off.',
  },
  M150: {
    severity: 'error',
    title: 'the libopus that was named cannot be loaded',
    meaning:
      "The path given for libopus is not absolute, or there is no library of this machine's kind with the functions of libopus 1.x. Nothing was done.",
    next: 'Give the absolute path of libopus.so.0 (macOS: libopus.0.dylib), leave the option out to have it searched, or give `none` to encode through FFmpeg.',
  },
  M151: {
    severity: 'error',
    title: 'FFmpeg did not encode Opus',
    meaning:
      'libopus could not be loaded, so FFmpeg was to make the Opus copy. It failed, was built without libopus, or gave packets that do not cover all samples. The copy was not kept.',
    next: 'Install libopus (Debian: libopus0) or an FFmpeg that lists libopus under `ffmpeg -encoders`, then run the same command again; or choose WAV copies.',
  },
  M152: {
    severity: 'error',
    title: 'neither libopus nor FFmpeg was found',
    meaning: 'Opus copies are made and played by libopus in process, or by FFmpeg where libopus is missing. Neither is there.',
    next: 'Install libopus (Debian: libopus0) or FFmpeg, check with `longplay doctor`, then run the same command again.',
  },
  M153: {
    severity: 'note',
    title: 'a file is not audio',
    meaning:
      'No format recognises its content, and it is empty, text, an image, a document or a program: the message says what. A conversion leaves it out; conversions.jsonl lists it.',
    next: 'Nothing. If it is audio after all, name the file by itself or declare its coding with --declare.',
  },
  M154: {
    severity: 'warning',
    title: 'a file that may be audio was left out',
    meaning:
      'No format recognises its content, and it is none of the kinds of file that are known not to be audio. A recording in an unknown or encrypted format looks like this; so does an archive that longplay does not open. The conversion ends with 3; conversions.jsonl lists the file.',
    next: 'Find out what wrote it: `longplay identify FILE`. Declare its coding with --declare, unpack archives, and move away what is not audio.',
  },
  M155: {
    severity: 'note',
    title: 'a file is Opus already',
    meaning: 'Every player opens it, and a second encoding would only lose quality. A conversion leaves it out; conversions.jsonl lists it.',
    next: 'Nothing: use the file as it is.',
  },
  M156: {
    severity: 'warning',
    title: 'a file is Opus already, and doubtful',
    meaning:
      'A conversion leaves out what is Opus already. Part of the sound of this file is missing, does not decode, or is like noise: the message says what. The conversion ends with 3; conversions.jsonl lists the file.',
    next: 'Listen to the file, and copy it from where it was made or its backup again.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
