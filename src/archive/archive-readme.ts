/** README.txt of every archive: for a person who has nothing but a general-purpose computer. */
export const archiveReadme = `This folder is an archive of telephone recordings, written by longplay.

It can be used without longplay. Nothing in it is encrypted, compressed or in a secret format.

What is here
  bags/       the recordings, in bags (folders) by year of the call. A bag is a BagIt 1.0 package (RFC 8493).
  log/        what was done to this archive, signed: a transparency log as c2sp.org/tlog-tiles describes it. checkpoint is its
              state; tile/entries holds the entries, each one line of JSON behind its length in two bytes; the other tiles hold
              SHA-256 hashes over them
  jobs/       unfinished work; may be deleted when nothing is being imported
  longplay.json    identity of this archive. Keep it: without it new imports cannot recognise recordings that are here.
  catalog.sqlite   an index, where present. It is made from the bags and can be deleted.

What is in a bag
  data/<id>/recording.json   who, when, how long, where it came from; text, readable in any editor
  data/<id>/original-1.*     the recording exactly as the recorder wrote it
  data/<id>/access-1.opus    the same to listen to (or access-1.wav)
  data/<id>/source-1.*       the records that described it, exactly as they stood
  manifest-sha256.txt        the SHA-256 digest of every file below data/; manifest-sha512.txt likewise with SHA-512
  tagmanifest-sha256.txt     the digests of the bag's own text files

How to check that nothing was altered or lost
  Linux:    cd bags/2019/NAME && sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt
  macOS:    the same with: shasum -a 256 -c
  Windows:  certutil -hashfile FILE SHA256, and compare with the line in manifest-sha256.txt
  Every line must end in OK. Any program that validates BagIt bags does the same and also finds files that do not belong there.
  To be sure that a bag itself was not exchanged for an older one, compare with a second copy of the archive.

How to listen
  access-1.opus is Ogg Opus (RFC 7845, RFC 6716): VLC, Firefox, Chrome, FFmpeg and most other players play it.
  access-1.wav is plain PCM. To make a WAV of an Opus file: ffmpeg -i access-1.opus out.wav
  Where there is no access copy, recording.json says why under "accessReason": the original is open and plays as it is, it holds no
  sound, or nobody could decode it when it was imported.

How to find a call
  recording.json of each recording holds times, parties and the recorder's own names, for instance:
  grep -rl '2019-03-12T09' bags/*/*/data/*/recording.json

Do not change, rename or add anything below bags/. Copy whole bags.
`;
