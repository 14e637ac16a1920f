// Opens a cell of a keyring, by docs/reference/keyring-format.md alone.
//
//	judge FOLDER PAGE CELL     the root is in FOLDER/root-N.key, or comes as text on standard input if FOLDER has no such file
//
// Prints one line per file, its name and the identity in hexadecimal, or ERASED; WRONG and the reason otherwise.
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func fail(format string, args ...any) {
	fmt.Printf("WRONG "+format+"\n", args...)
	os.Exit(0)
}

func open(key, nonce, sealed []byte, lines ...string) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		fail("%v", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		fail("%v", err)
	}
	plain, err := gcm.Open(nil, nonce, sealed, []byte(strings.Join(lines, "\n")))
	if err != nil {
		fail("%s: %v", lines[0], err)
	}
	return plain
}

func counter(value uint32) []byte {
	return binary.BigEndian.AppendUint32(make([]byte, 8), value)
}

func read(path ...string) []byte {
	bytes, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		fail("%v", err)
	}
	return bytes
}

func main() {
	folder, page, cell := os.Args[1], os.Args[2], os.Args[3]
	var domain struct {
		Keyring, Domain, Check string
		Root                   int
	}
	if err := json.Unmarshal(read(folder, "domain.json"), &domain); err != nil {
		fail("%v", err)
	}
	text, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("root-%d.key", domain.Root)))
	if err != nil {
		text, _ = io.ReadAll(os.Stdin)
	}
	root, err := hex.DecodeString(strings.TrimSuffix(string(text), "\n"))
	if err != nil || len(root) != 32 {
		fail("the root is not 64 hexadecimal digits")
	}
	number := fmt.Sprint(domain.Root)
	mac := hmac.New(sha256.New, root)
	mac.Write([]byte(strings.Join([]string{"longplay-keyring-root-v1", domain.Keyring, domain.Domain, number}, "\n")))
	if hex.EncodeToString(mac.Sum(nil))[:32] != domain.Check {
		fail("check")
	}
	keys := read(folder, "keys-"+number)
	var record []byte
	var generation uint32
	for at := 0; at+80 <= len(keys); at += 80 {
		of := binary.BigEndian.Uint32(keys[at+16:])
		if hex.EncodeToString(keys[at:at+16]) == page && of >= generation {
			record, generation = keys[at:at+80], of
		}
	}
	if record == nil {
		fail("no such page")
	}
	gen := fmt.Sprint(generation)
	key := open(root, record[20:32], record[32:], "longplay-keyring-key-v1", domain.Keyring, domain.Domain, number, page, gen)
	bytes := read(folder, "pages", page+"-"+gen+".page")
	if string(bytes[:8]) != "LPKEYPG1" || hex.EncodeToString(bytes[8:24]) != page || binary.BigEndian.Uint32(bytes[24:]) != generation {
		fail("beginning of the page")
	}
	at := 32 + int(binary.BigEndian.Uint32(bytes[28:]))
	var head struct {
		Keyring, Of string
		Names       []string
		Cells       [][2]any
	}
	if err := json.Unmarshal(open(key, counter(0xffffffff), bytes[32:at], "longplay-keyring-page-v1", page, gen, "head"), &head); err != nil {
		fail("%v", err)
	}
	for index, pair := range head.Cells {
		size := int(pair[1].(float64))
		if pair[0].(string) == cell {
			if size == 0 {
				fmt.Println("ERASED")
				return
			}
			plain := open(key, counter(uint32(index)), bytes[at:at+size], "longplay-keyring-page-v1", page, gen, "cell", cell)
			for ; len(plain) >= 34; plain = plain[34:] {
				fmt.Println(head.Names[binary.BigEndian.Uint16(plain)], hex.EncodeToString(plain[2:34]))
			}
			return
		}
		at += size
	}
	fail("no such cell")
}
