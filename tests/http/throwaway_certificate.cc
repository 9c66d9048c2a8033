#include "tests/http/throwaway_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace rapport {
namespace {

constexpr long kDaySeconds = 86'400;

template <auto function>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

File create(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "w"));
  require(file != nullptr, "its file");
  return file;
}

}  // namespace

TlsFiles make_throwaway_certificate(const std::filesystem::path& directory, const std::string& name,
                                    const std::string& subject_alternative_name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  require(key && certificate, "memory");
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDaySeconds);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate.get(), subject);
  const Extension names(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, subject_alternative_name.c_str()));
  require(names != nullptr, "its name");
  X509_add_ext(certificate.get(), names.get(), -1);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "its signature");

  const TlsFiles files{directory / (name + ".crt"), directory / (name + ".key")};
  require(PEM_write_X509(create(files.certificate).get(), certificate.get()) == 1, "its file");
  require(PEM_write_PrivateKey(create(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "its key's file");
  std::filesystem::permissions(files.key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return files;
}

}  // namespace rapport
