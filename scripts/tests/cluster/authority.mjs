// The keys of a cluster: a certificate authority, the API server's certificate, and what signs service accounts' tokens.
import { writeFileSync } from "node:fs";
import { must } from "../container.mjs";

const openssl = (...words) => must("openssl", words);

/**
 * Writes ca.crt, ca.key, server.crt, server.key, accounts.key and accounts.pub.
 * @param {string} folder where to
 * @param {string[]} names what the server is called: `DNS:...`, `IP:...`
 */
export async function makeKeys(folder, names) {
  const file = name => `${folder}/${name}`;
  await openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=cluster-ca", "-keyout", file("ca.key"), "-out", file("ca.crt"));
  await openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kube-apiserver", "-keyout", file("server.key"), "-out", file("server.csr"));
  writeFileSync(file("names"), `subjectAltName=${names.join(",")}\n`);
  await openssl("x509", "-req", "-in", file("server.csr"), "-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "2",
    "-extfile", file("names"), "-out", file("server.crt"));
  await openssl("genrsa", "-out", file("accounts.key"), "2048");
  await openssl("rsa", "-in", file("accounts.key"), "-pubout", "-out", file("accounts.pub"));
}
