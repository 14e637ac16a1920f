/** README.txt of every archive, for a reader who has only a general-purpose computer. */
export const archiveReadme = `This folder is an archive of telephone recordings, written by longplay.

It can be used without longplay. Nothing in it is encrypted, compressed or in a secret format.

What is here
  bags/       the recordings, in bags (folders) by year of the call. A bag is a BagIt 1.0 package (RFC 8493).
  log/        what was done to this archive, signed: a transparency log as c2sp.org/tlog-tiles describes it. checkpoint is its
              state; tile/entries holds the entries, each one line of JSON behind its length in two bytes; the other tiles hold
              SHA-256 hashes over them
  check.py    checks all of it with Python and openssl, without longplay
  viewer/     a page to search and listen in a browser, where present. It is made from the bags and can be deleted
  cases/      cases: which calls belong together, with messages that may be nowhere else, where present
  reports/    what each import took and left out, where present
  quarantine/ what a repair replaced, where present
  jobs/       unfinished work; may be deleted when nothing is being imported
  longplay.json    identity of this archive. Keep it: without it new imports cannot recognise recordings that are here.
  catalog.sqlite   an index, where present. It is made from the bags and can be deleted.

What is in a bag
  data/<id>/recording.json   who, when, how long, where it came from; text, readable in any editor
  data/<id>/original-1.*     the recording exactly as the recorder wrote it
  data/<id>/access-1.opus    the same to listen to (or access-1.wav)
  data/<id>/source-1.*       the records that described it, exactly as they stood
  data/README.txt            the same as here, for one bag, with the commands
  formats.txt                what the originals are: kinds of file, codings, where these are specified, who can decode them
  manifest-sha256.txt        the SHA-256 digest of every file below data/; manifest-sha512.txt likewise with SHA-512
  tagmanifest-sha256.txt     the digests of the bag's own text files

Lines with exactly four blanks before them are commands for a shell (Linux, macOS), to be given in this folder; they write nothing into it.

How to check that nothing was altered or lost (Python 3.7 or newer, OpenSSL 3). Exit code 0, and the last line says that everything is OK:
    python3 check.py
  It reads the log, computes the root of its tree and has openssl check the signature under it; then it looks for each bag that
  landed according to the log, and reads each file of each bag. It names what is missing, altered, replaced or foreign.
  It also says which key signs. A key is proof only where it is known from elsewhere: python3 check.py --key NAME+ID+KEY
  So is age: that the whole archive was not exchanged for an older one shows python3 check.py --since FILE, where FILE is a copy of
  log/checkpoint that was kept elsewhere. Who does not trust this copy of check.py takes one from another archive, or from longplay.

The same in single steps, for a computer without Python. These alone do not notice a bag that is gone, or a log that was cut.
Every line must end in OK:
    for bag in bags/*/*; do (cd "$bag" && sha256sum --quiet -c tagmanifest-sha256.txt manifest-sha256.txt && echo "$bag OK"); done
  macOS:    the same with shasum -a 256 instead of sha256sum
  Windows:  certutil -hashfile FILE SHA256, and compare with the line in manifest-sha256.txt
  Any program that validates BagIt bags does the same and also finds files that do not belong there.

That each bag is one that was entered in the log when it came. Every line must end in OK:
    for file in bags/*/*/tagmanifest-sha256.txt; do grep -arq "$(sha256sum < "$file" | cut -c 1-64)" log/tile/entries && echo "$file OK" || echo "$file is not in the log"; done
That each bag of the log is there. Nothing must be printed:
    find log/tile/entries -type f | LC_ALL=C sort | xargs grep -ahoE '"bag":"[^"]*"[^{}]*[}],"time":"[^"]*","type":"bag-landed"' | cut -d '"' -f 4 | sort -u | while read -r bag; do test -d "bags/$bag" || echo "bags/$bag is missing"; done

How to check that the log is signed. The key is named in the log; who wants to be sure that it is the right one has it from elsewhere:
    OUT=$(mktemp -d)
    KEY=$(find log/tile/entries -type f | LC_ALL=C sort | xargs grep -ahoE 'longplay/[0-9a-f-]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{44}' | tail -n 1)
    sed '/^$/,$d' log/checkpoint > "$OUT"/text
    grep -F " \${KEY%%+*} " log/checkpoint | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$OUT"/signature
    { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; printf %s "\${KEY#*+*+}" | base64 -d | tail -c 32; } > "$OUT"/key.der
    openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$OUT"/key.der -in "$OUT"/text -sigfile "$OUT"/signature
  The checkpoint then holds, signed, how many entries the log has and the root of the tree over them. What was done, entry by entry:
    find log/tile/entries -type f | LC_ALL=C sort | xargs grep -ahoE '"time":"[^"]*","type":"[^"]*"'
  The private key that signs is not here: it lies with whoever imports, in the folder that LONGPLAY_KEYS names there, else in
  ~/.config/longplay/keys. Without it everything can be read and checked, and nothing can be entered.
  To be sure that the whole archive was not exchanged for an older one, compare log/checkpoint with one that was kept elsewhere.

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
