#!/bin/bash
# mkca.sh DIR [DAYS]: a certificate authority (ca.pem) and a server certificate by it for localhost and 127.0.0.1
# (server.pem, server.key). Elliptic curve; the server certificate holds for DAYS, 30 by default.
set -eu
dir=${1:?usage: mkca.sh DIR [DAYS]}
days=${2:-30}
mkdir -p "$dir"
cd "$dir"
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

new_key ca.key
openssl req -x509 -new -key ca.key -sha256 -days 30 -subj '/CN=Bird Sentinel test authority' \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out ca.pem

new_key server.key
cat >server.ext <<'EXT'
basicConstraints=CA:FALSE
keyUsage=digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:localhost,IP:127.0.0.1
EXT
openssl req -new -key server.key -subj '/CN=localhost' -out server.csr
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" -sha256 \
  -extfile server.ext -out server.pem 2>/dev/null
rm -f server.csr server.ext
