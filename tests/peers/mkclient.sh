#!/bin/bash
# mkclient.sh DIR NAME [DAYS]: a client certificate for NAME (client.pem, client.key) by the authority that mkca.sh made
# in DIR; it holds for DAYS, 30 by default.
set -eu
cd "${1:?usage: mkclient.sh DIR NAME}"
name=${2:?usage: mkclient.sh DIR NAME}
days=${3:-30}
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key 2>/dev/null
chmod 600 client.key
printf 'keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\nsubjectAltName=DNS:%s\n' "$name" >client.ext
openssl req -new -key client.key -subj "/CN=$name" -out client.csr
openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" -sha256 \
  -extfile client.ext -out client.pem 2>/dev/null
rm -f client.csr client.ext
