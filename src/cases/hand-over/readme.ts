import type { CaseAccount } from './case-account.ts';
import { handOverCheck } from './check.ts';

/**
 * Returns the files at the top of a hand-over with which it can be checked without longplay.
 * @param isSealed true if the hand-over contains the case.json of a sealed archive
 */
export function handOverTexts(
  { key, masked, isReduced }: Pick<CaseAccount, 'key' | 'masked' | 'isReduced'>,
  isSealed: boolean,
): readonly (readonly [name: string, content: string])[] {
  return [
    ['README.txt', handOverReadme(key, isSealed ? 'sealed' : !masked && !isReduced ? 'open' : 'none')],
    ['check.py', handOverCheck],
  ];
}

/** Returns the README.txt of a hand-over: its contents, and how to check it with common programs, without longplay. */
function handOverReadme(key: string | null, hasCase: 'open' | 'sealed' | 'none'): string {
  return `This folder is a hand-over of a case: recordings of calls with their metadata, and messages. longplay made it from an archive.

Contents
  index.html     all recordings and messages, to read and to play in any browser, without a network
  cover.txt      who made the hand-over, when and from which archive; what it contains and what is missing
  data/          recordings, messages and tables. data/custody.csv is the chain of custody: the entries of the archive's signed audit log about them
  check.py       checks the hand-over with Python and openssl, without longplay
  manifest-*, tagmanifest-*, bagit.txt, bag-info.txt   files of BagIt 1.0 (RFC 8493): digests of all other files, and facts about the folder
  hand-over.tlog-proof      the entry of the archive's log that records what was handed over, with a proof that the log contains it
  hand-over.custody.jsonl   the same for each entry of data/custody.json
  hand-over.tsr             if present: a time stamp (RFC 3161) by which an authority confirms that state of the log
  The files hand-over.* were made after the manifests, so no manifest lists them. Each is checked by its own proof or signature.

You need the archive's public key from a source other than this folder, e.g. from the auditor, from an earlier hand-over, or by telephone. Without the key, the folder can only
be compared with itself: a person who removed a recording can also have rewritten the manifests to match.

To check everything at once (needs Python 3.7 or newer, and OpenSSL 3):
    python3 check.py --key "$KEY"
  Set KEY to the key from the other source. It begins with ${key === null ? 'longplay/' : key.split('+').slice(0, 2).join('+')}. To check a zip: python3 check.py HAND-OVER.zip --key KEY
  The result is COMPLETE, LESS THAN WAS HANDED OVER, ALTERED or NOT PROVED. The exit code is 0 for COMPLETE and 1 for the others.
  A person who alters this folder can alter check.py, too. Use the check.py of another hand-over, or longplay (longplay case check FOLDER --key KEY), or the steps below.

To check step by step, with sha256sum and openssl: run the lines that are indented by four or more spaces as shell commands, in this folder. They write nothing into it.
Each step prints a line that begins with OK, or with WRONG and what is wrong.

1. Every file has the digest that the manifests list, and none is missing:
    sha256sum --strict --quiet -c tagmanifest-sha256.txt manifest-sha256.txt && echo "OK 1: all files match the manifests" || echo "WRONG 1: files are altered or missing"
2. No file was added:
    LISTED=$(cat tagmanifest-sha256.txt manifest-sha256.txt | cut -c 67- | LC_ALL=C sort)
    THERE=$(find . -type f | cut -c 3- | grep -v -x -e 'hand-over\\.tlog-proof' -e 'hand-over\\.custody\\.jsonl' -e 'hand-over\\.tsr' -e 'tagmanifest-sha256\\.txt' -e 'tagmanifest-sha512\\.txt' | LC_ALL=C sort)
    test "$LISTED" = "$THERE" && echo "OK 2: the files are exactly those that the manifests list" || echo "WRONG 2: a file is not listed in any manifest, or a listed file is missing"
3. The manifests are those that were handed over. The log entry has the digest of the tag manifest, which has the digest of the manifest, which has the digests of the files:
    OUT=$(mktemp -d)
    sed -n 's/^extra //p' hand-over.tlog-proof | base64 -d > "$OUT"/entry
    grep -q "\\"tagManifestSha256\\":\\"$(sha256sum < tagmanifest-sha256.txt | cut -c 1-64)\\"" "$OUT"/entry && grep -q "\\"tagManifestSha512\\":\\"$(sha512sum < tagmanifest-sha512.txt | cut -c 1-128)\\"" "$OUT"/entry && grep -q '"type":"exported"}$' "$OUT"/entry && echo "OK 3: the manifests are those that were handed over" || echo "WRONG 3: the manifests differ from those that were handed over"
  The log entry, in JSON: time, case, and the numbers of recordings, messages and files. Compare the numbers with those that are printed below it.
    cat "$OUT"/entry; echo
    echo "There are $(ls data/recordings 2> /dev/null | wc -l) recordings and $(find . ! -type d ! -name 'hand-over.*' | wc -l) files."
4. The log contains this entry: its hash, combined with the hashes of the proof, gives the root hash in the checkpoint (RFC 9162 section 2.1.3.2):
    sed '1,/^$/d' hand-over.tlog-proof > "$OUT"/checkpoint
    INDEX=$(sed -n 's/^index //p' hand-over.tlog-proof); LAST=$(( $(sed -n 2p "$OUT"/checkpoint) - 1 ))
    { printf '\\000'; cat "$OUT"/entry; } | openssl dgst -sha256 -binary > "$OUT"/hash
    for SIBLING in $(sed -n '/^index /,/^$/p' hand-over.tlog-proof | sed '1d;/^$/d'); do
      printf %s "$SIBLING" | base64 -d > "$OUT"/sibling
      if [ $((INDEX % 2)) = 1 ] || [ "$INDEX" = "$LAST" ]; then
        { printf '\\001'; cat "$OUT"/sibling "$OUT"/hash; } | openssl dgst -sha256 -binary > "$OUT"/next
        while [ $((INDEX % 2)) = 0 ] && [ "$INDEX" != 0 ]; do INDEX=$((INDEX / 2)); LAST=$((LAST / 2)); done
      else
        { printf '\\001'; cat "$OUT"/hash "$OUT"/sibling; } | openssl dgst -sha256 -binary > "$OUT"/next
      fi
      mv "$OUT"/next "$OUT"/hash; INDEX=$((INDEX / 2)); LAST=$((LAST / 2))
    done
    test "$LAST" = 0 && test "$(base64 < "$OUT"/hash)" = "$(sed -n 3p "$OUT"/checkpoint)" && echo "OK 4: the log contains this entry" || echo "WRONG 4: the proof does not give the root hash of the checkpoint"
5. The checkpoint is signed with the archive's key:
    sed '/^$/,$d' "$OUT"/checkpoint > "$OUT"/text
    grep -F " \${KEY%%+*} " "$OUT"/checkpoint | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$OUT"/signature
    { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; printf %s "\${KEY#*+*+}" | base64 -d | tail -c 32; } > "$OUT"/key.der
    openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$OUT"/key.der -in "$OUT"/text -sigfile "$OUT"/signature > /dev/null 2>&1 && echo "OK 5: the checkpoint is signed with the key" || echo "WRONG 5: the checkpoint is not signed with the key"
6. Every entry of data/custody.json has a proof (this step only counts them; check.py and longplay check each proof as in step 4):
    test "$(grep -c . hand-over.custody.jsonl)" = "$(grep -c '"seq":' data/custody.json)" && echo "OK 6: every entry of data/custody.json has a proof" || echo "WRONG 6: entries of data/custody.json have no proof"
${caseStep(hasCase)}8. This is the hand-over that you expect. Steps 1 to 7 also pass for an older hand-over of the same case and for one of another case. Set NUMBER to the case and number that you
were told, e.g. NUMBER=20261130-3f9a1c02/2, or to the number alone. Without NUMBER, this step only prints which hand-over it is:
    THIS=$(sed -n 's/.*"handOver":\\([0-9]*\\).*/\\1/p' "$OUT"/entry)
    CASE=$(sed -n 's/.*"case":"\\([^"]*\\)".*/\\1/p' "$OUT"/entry)
    test "\${NUMBER:-$THIS}" = "$THIS" || test "$NUMBER" = "$CASE/$THIS" && echo "OK 8: hand-over $THIS of case $CASE" || echo "WRONG 8: hand-over $THIS of case $CASE, not $NUMBER"
    sed -n 's/.*"supplementTo":\\([0-9]*\\),"supplementToSha256":"\\([0-9a-f]*\\)".*/It is a supplement to hand-over \\1, whose tagmanifest-sha256.txt has SHA-256 \\2/p' "$OUT"/entry

If hand-over.tsr is present, get the root certificate of the authority as roots.pem and run: openssl ts -verify -in hand-over.tsr -data "$OUT"/checkpoint -CAfile roots.pem
macOS has shasum -a 256 and shasum -a 512 instead of sha256sum and sha512sum.
`;
}

/** Returns the step that compares case.json with the log; empty if the case.json of the hand-over differs from that of the archive. */
function caseStep(hasCase: 'open' | 'sealed' | 'none'): string {
  if (hasCase === 'none') return '';
  if (hasCase === 'sealed')
    return `7. sealed-case.json has the digest that the log recorded after the last change of the case. The archive is sealed, so the log has digests of sealed files only: check.py and longplay
also check that case.json, messages and files of recordings are those that it and public.json of each recording commit to (HMAC-SHA-256 of the SHA-256 of a file, with the keys in
commitment-keys.json and commitment-key.txt, which open nothing):
    test "$(sha256sum < data/sealed-case.json | cut -c 1-64)" = "$(grep -o 'SHA-256 of case.json [0-9a-f]*' data/custody.csv | tail -n 1 | cut -d ' ' -f 4)" && echo "OK 7: sealed-case.json has the digest in the log" || echo "WRONG 7: sealed-case.json does not have the digest in the log"
`;
  return `7. case.json has the digest that the log recorded after the last change of the case:
    test "$(sha256sum < data/case.json | cut -c 1-64)" = "$(grep -o 'SHA-256 of case.json [0-9a-f]*' data/custody.csv | tail -n 1 | cut -d ' ' -f 4)" && echo "OK 7: case.json has the digest in the log" || echo "WRONG 7: case.json does not have the digest in the log"
`;
}
