/** Code shared by the verifiers in Python: keys, checkpoints and their signatures, as docs/reference/log.md describes them. */
export const pythonSignature = String.raw`def parse_key(text):
    """Returns name, id and 32 bytes of a key NAME+ID+KEY; None if it is invalid."""
    try:
        name, ident, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        fits = len(raw) == 33 and raw[0] == 1 and hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8] == ident
        return (name, ident, raw[1:]) if fits else None
    except ValueError:
        return None


def parse_checkpoint(data):
    """Returns the signed text, origin, size, root and signature lines of a checkpoint; None if it is invalid."""
    try:
        text, _, lines = data.decode().rpartition("\n\n")
        origin, size, root = text.split("\n")[:3]
        return text + "\n", origin, int(size), base64.b64decode(root, validate=True), lines.split("\n")
    except (ValueError, AttributeError):
        return None


def decoded(text):
    try:
        return base64.b64decode(str(text))
    except ValueError:
        return b""


def signed(text, signature, key):
    """Returns True if openssl confirms that the key signed the text."""
    with tempfile.TemporaryDirectory() as out:
        for name, data in (("text", text), ("sig", signature), ("key", bytes.fromhex("302a300506032b6570032100") + key[2])):
            with open(os.path.join(out, name), "wb") as file:
                file.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key", "-in", "text", "-sigfile", "sig"]
        try:
            return subprocess.run(command, cwd=out, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        except OSError:
            sys.exit("openssl cannot be started, and nothing can be checked without it. Install OpenSSL 3, then run again.")


def signature_of(checkpoint, key):
    """Returns the signature of a key on a checkpoint; None if there is none."""
    for line in checkpoint[4]:
        parts = line.split(" ")
        raw = decoded(parts[2]) if len(parts) == 3 and parts[1] == key[0] else b""
        if raw[:4].hex() == key[1]:
            return raw[4:]
    return None


def signed_by(checkpoint, key):
    signature = signature_of(checkpoint, key)
    return signature is not None and signed(checkpoint[0].encode(), signature, key)


`;
