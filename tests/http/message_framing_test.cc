// Whatever could be read in two ways is refused, and its connection closed before what follows is taken for a request.
#include <gmock/gmock.h>

#include <atomic>
#include <ostream>

#include "tests/http/loopback_server.h"

namespace rapport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPost = "POST /echo HTTP/1.1\r\nHost: a\r\n";
constexpr std::string_view kChunkedPost = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

struct Row {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Row post(const char* name, std::string_view fields, int status = 400) {
  return {name, std::string(kPost) + std::string(fields) + "\r\n0\r\n\r\n", status};
}
Row get(const char* name, std::string_view fields, int status = 400) {
  return {name, "GET /ok HTTP/1.1\r\n" + std::string(fields) + "\r\n", status};
}
Row line(const char* name, std::string_view request_line, int status = 400) {
  return {name, std::string(request_line) + "\r\nHost: a\r\n\r\n", status};
}
Row chunks(const char* name, std::string_view body, int status = 400) {
  return {name, std::string(kChunkedPost) + std::string(body), status};
}

const Row kRefused[] = {
    // Two lengths.
    post("LengthAndCoding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    post("CodingAndLength", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
    post("LengthAndUnknownCoding", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"),
    post("TwoLengths", "Content-Length: 5\r\nContent-Length: 6\r\n"),
    post("TwoEqualLengths", "Content-Length: 5\r\nContent-Length: 5\r\n"),
    post("ListedLength", "Content-Length: 5, 5\r\n"),
    post("ListedLengthsThatDiffer", "Content-Length: 5,6\r\n"),
    post("LengthsInTwoCases", "content-length: 5\r\nCONTENT-LENGTH: 6\r\n"),
    post("LengthOfZeroAndCoding", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
    post("LengthAndAlmostChunked", "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"),
    post("LengthAndHiddenCoding", "Content-Length: 5\r\nTransfer-Encoding : chunked\r\n"),
    // No length.
    post("EmptyLength", "Content-Length:\r\n"),
    post("SignedLength", "Content-Length: +5\r\n"),
    post("NegativeLength", "Content-Length: -5\r\n"),
    post("HexLength", "Content-Length: 0x5\r\n"),
    post("FractionLength", "Content-Length: 5.0\r\n"),
    post("SplitLength", "Content-Length: 5 5\r\n"),
    post("LengthOf20Digits", "Content-Length: 99999999999999999999\r\n"),
    post("LengthThatIsFiveIn64Bits", "Content-Length: 18446744073709551621\r\n"),
    post("LengthOf20DigitsThatIsFive", "Content-Length: 00000000000000000005\r\n"),
    post("LengthWithExponent", "Content-Length: 5e0\r\n"),
    post("LengthInQuotes", "Content-Length: \"5\"\r\n"),
    post("LengthInArabicDigits", "Content-Length: \xd9\xa5\r\n"),
    post("LengthWithCommaBehind", "Content-Length: 5,\r\n"),
    post("LengthWithCommaBefore", "Content-Length: ,5\r\n"),
    post("LengthWithNulBehind", std::string_view("Content-Length: 5\0\r\n", 20)),
    post("LengthWithCarriageReturnBehind", "Content-Length: 5\r\r\n"),
    post("LengthOnTheNextLine", "Content-Length:\r\n 5\r\n"),
    // Codings.
    post("Gzip", "Transfer-Encoding: gzip\r\n"),
    post("GzipThenChunked", "Transfer-Encoding: gzip, chunked\r\n"),
    post("ChunkedTwice", "Transfer-Encoding: chunked, chunked\r\n"),
    post("TwoCodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    post("IdentityCoding", "Transfer-Encoding: identity\r\n"),
    post("EmptyCoding", "Transfer-Encoding:\r\n"),
    post("AlmostChunked", "Transfer-Encoding: xchunked\r\n"),
    post("QuotedChunked", "Transfer-Encoding: \"chunked\"\r\n"),
    post("ChunkedWithParameter", "Transfer-Encoding: chunked;q=1\r\n"),
    post("ChunkedAfterVerticalTab", "Transfer-Encoding: \vchunked\r\n"),
    post("ChunkedBeforeVerticalTab", "Transfer-Encoding: chunked\v\r\n"),
    post("ChunkedBeforeFormFeed", "Transfer-Encoding: chunked\f\r\n"),
    post("ChunkedBeforeNul", std::string_view("Transfer-Encoding: chunked\0\r\n", 29)),
    post("ChunkedAfterNoBreakSpace",
         "Transfer-Encoding: \xa0"
         "chunked\r\n"),
    post("ChunkedWithKelvinSign",
         "Transfer-Encoding: chun\xe2\x84\xaa"
         "ed\r\n"),
    post("ChunkedThenIdentity", "Transfer-Encoding: chunked, identity\r\n"),
    post("IdentityThenChunked", "Transfer-Encoding: identity, chunked\r\n"),
    post("ChunkedWithCommaBehind", "Transfer-Encoding: chunked,\r\n"),
    post("ChunkedWithCommaBefore", "Transfer-Encoding: ,chunked\r\n"),
    post("IdentityAndChunkedOnTwoLines", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
    post("ChunkedAndIdentityOnTwoLines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
    post("ChunkedOnTheNextLine", "Transfer-Encoding:\r\n chunked\r\n"),
    {"ChunkedInHttp10", "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    // Lines and fields.
    post("SpaceBeforeColon", "Content-Length : 5\r\n"),
    post("TabBeforeColon", "Transfer-Encoding\t: chunked\r\n"),
    get("TwoKeys", "Host: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n"),
    get("TwoVersions", "Host: a\r\nIf-Match: 1\r\nIf-Match: 2\r\n"),
    get("FoldedWithSpace", "Host: a\r\nX: b\r\n c\r\n"),
    get("FoldedWithTab", "Host: a\r\nX: b\r\n\tContent-Length: 5\r\n"),
    get("FoldedFirstField", " Host: a\r\nHost: a\r\n"),
    get("BareLineFeed", "Host: a\nX: b\r\n"),
    get("BareCarriageReturn", "Host: a\r\nX: b\rContent-Length: 5\r\n"),
    get("NulInValue", std::string_view("Host: a\r\nX: b\0c\r\n", 18)),
    get("ControlInValue", "Host: a\r\nX: b\x01\r\n"),
    get("NoName", "Host: a\r\n: b\r\n"),
    get("SpaceInName", "Host: a\r\nX Y: b\r\n"),
    get("NoColon", "Host: a\r\nX\r\n"),
    get("NulInName", std::string_view("Host: a\r\nX\0Y: b\r\n", 16)),
    get("Utf8InName", "Host: a\r\nX\xc3\xa9: b\r\n"),
    get("DeleteInValue", "Host: a\r\nX: b\x7f\r\n"),
    get("CarriageReturnInName", "Host: a\r\nContent-Length\r: 5\r\n"),
    get("CarriageReturnBeforeTheEnd", "Host: a\r\r\n"),
    get("VerticalTabBeforeColon", "Host: a\r\nContent-Length\v: 5\r\n"),
    get("LineFeedForTheEmptyLine", "Host: a\r\n\nX: b\r\n"),
    get("LastFieldFoldedIntoNothing", "Host: a\r\nX: b\r\n \r\n"),
    {"OnlyLineFeeds", "GET /ok HTTP/1.1\nHost: a\n\n", 400},
    {"TwoEmptyLinesFirst", "\r\n\r\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    // Host.
    get("NoHost", ""),
    get("EmptyHost", "Host:\r\n"),
    get("TwoHosts", "Host: a\r\nHost: a\r\n"),
    get("HostWithPath", "Host: a/b\r\n"),
    get("HostWithUser", "Host: u@a\r\n"),
    get("HostsThatDiffer", "Host: a\r\nhost: b\r\n"),
    get("HostsInAList", "Host: a, b\r\n"),
    {"TwoHostsInHttp10", "GET /ok HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    // Request lines.
    line("TwoSpaces", "GET  /ok HTTP/1.1"),
    line("SpaceAtTheEnd", "GET /ok HTTP/1.1 "),
    line("SpaceFirst", " GET /ok HTTP/1.1"),
    line("NoVersion", "GET /ok"),
    line("LowerCaseVersion", "GET /ok http/1.1"),
    line("ShortVersion", "GET /ok HTTP/1"),
    line("LongVersion", "GET /ok HTTP/1.10"),
    line("Http2", "GET /ok HTTP/2.0", 505),
    line("Http12", "GET /ok HTTP/1.2", 505),
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    line("UnknownMethod", "BREW /ok HTTP/1.1", 501),
    line("LowerCaseMethod", "get /ok HTTP/1.1", 501),
    line("Connect", "CONNECT a:1 HTTP/1.1", 501),
    line("AbsoluteTarget", "GET http://a/ok HTTP/1.1"),
    line("AbsoluteTargetOfAnotherHost", "GET http://b/ok HTTP/1.1"),
    line("AuthorityForATarget", "GET a:80 HTTP/1.1"),
    line("TargetWithoutSlash", "GET ok HTTP/1.1"),
    line("NoTarget", "GET HTTP/1.1"),
    line("TwoTargets", "GET /ok /smuggled HTTP/1.1"),
    line("TabForSpace", "GET\t/ok HTTP/1.1"),
    line("VerticalTabForSpace", "GET /ok\vHTTP/1.1"),
    line("CarriageReturnForSpace", "GET /ok\rHTTP/1.1"),
    line("CarriageReturnAtTheEnd", "GET /ok HTTP/1.1\r"),
    line("NulInMethod", std::string_view("GE\0T /ok HTTP/1.1", 17)),
    line("WordBehindTheVersion", "GET /ok HTTP/1.1 HTTP/1.1"),
    line("SpaceInTheVersion", "GET /ok HTTP/ 1.1"),
    line("NegativeVersion", "GET /ok HTTP/-1.1"),
    line("VersionZero", "GET /ok HTTP/0.9", 505),
    line("Http3", "GET /ok HTTP/3.0", 505),
    {"Http09", "GET /ok\r\n", 400},
    {"Http09Post", "POST /echo\r\nContent-Length: 5\r\n\r\nabcde", 400},
    {"TlsToAPlainServer", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
    line("Asterisk", "OPTIONS * HTTP/1.1"),
    line("NulInTarget", "GET /%00 HTTP/1.1"),
    line("BadTriplet", "GET /%zz HTTP/1.1"),
    line("BadUtf8", "GET /%ff HTTP/1.1"),
    line("DotSegments", "GET /a/../ok HTTP/1.1"),
    line("EncodedDotSegments", "GET /a/%2e%2E/ok HTTP/1.1"),
    line("Fragment", "GET /ok#x HTTP/1.1"),
    line("RawUtf8", "GET /\xc3\xa9 HTTP/1.1"),
    get("UnknownExpectation", "Host: a\r\nExpect: wonders\r\n", 417),
    // Chunks.
    chunks("ChunkSizeWithPrefix", "0x5\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeSigned", "+5\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeNegative", "-1\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeMissing", "\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeNoHex", "g\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeSpaceFirst", " 5\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeBeyond64Bits", "10000000000000005\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkLongerThanItSays", "3\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkShorterThanItSays", "6\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeThatIsNegativeIn64Bits", "fffffffffffffffb\r\nabcde\r\n0\r\n\r\n", 413),
    chunks("ChunkSizeSpaceBehind", "5 \r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeTabBehind", "5\t\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeTwice", "5 5\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeInQuotes", "\"5\"\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeWithUnderscore", "0_5\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeEndsWithCarriageReturn", "5\rabcde\r\n0\r\n\r\n"),
    chunks("ChunkSizeEndsWithTwoCarriageReturns", "5\r\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkEndsWithCarriageReturn", "5\r\nabcde\r0\r\n\r\n"),
    chunks("ChunkEndsWithNothing", "5\r\nabcde0\r\n\r\n"),
    chunks("LastChunkNegative", "5\r\nabcde\r\n-0\r\n\r\n"),
    chunks("LastChunkWithPrefix", "5\r\nabcde\r\n0x0\r\n\r\n"),
    chunks("LastChunkEndsWithLineFeeds", "5\r\nabcde\r\n0\n\n"),
    chunks("LastChunkEndsWithoutAnEmptyLine", "5\r\nabcde\r\n0\r\n"),
    chunks("ChunkExtensionWithCarriageReturn", "5;a\rb\r\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkExtensionWithNul", std::string_view("5;a\0b\r\nabcde\r\n0\r\n\r\n", 20)),
    chunks("ChunkExtensionQuotedOverALine", "5;a=\"b\r\nabcde\r\n0\r\n\r\n\"\r\n"),
    chunks("LastChunkExtensionQuotedOverALine", "0;a=\"b\r\n\r\n\"\r\n\r\n"),
    chunks("ChunkEndsWithLineFeed", "5\r\nabcde\n0\r\n\r\n"),
    chunks("ChunkSizeEndsWithLineFeed", "5\nabcde\r\n0\r\n\r\n"),
    chunks("ChunkExtensionWithLineFeed", "5;a=\"\n\"\r\nabcde\r\n0\r\n\r\n"),
    chunks("TrailerWithLineFeed", "5\r\nabcde\r\n0\r\nX: a\nY: b\r\n\r\n"),
    chunks("TrailerSaysLength", "5\r\nabcde\r\n0\r\nContent-Length: 9\r\n\r\n"),
    chunks("TrailerSaysCoding", "5\r\nabcde\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    chunks("TrailerFolded", "5\r\nabcde\r\n0\r\nX: a\r\n b\r\n\r\n"),
    chunks("TrailerWithSpaceBeforeColon", "5\r\nabcde\r\n0\r\nX : a\r\n\r\n"),
    chunks("TrailerWithNul", std::string_view("5\r\nabcde\r\n0\r\nX: a\0\r\n\r\n", 23)),
    chunks("TrailerEndsWithoutAnEmptyLine", "5\r\nabcde\r\n0\r\nX: a\r\n"),
};

class MessageFraming : public LoopbackServer, public testing::WithParamInterface<Row> {
 protected:
  void SetUp() override {
    add_plain_routes();
    add_open(HttpMethod::get, "/smuggled", handler_of([this](RequestContext&) {
               ++smuggled_;
               return HttpResponse::json("");
             }));
    serve();
  }
  std::atomic<int> smuggled_{0};
};

class RefusedMessage : public MessageFraming {};

TEST_P(RefusedMessage, IsAnsweredAndItsConnectionClosed) {
  const Row& row = GetParam();
  RawPeer peer = connect();
  peer.send(row.bytes + std::string(kSmuggled));
  const std::string answers = peer.read_to_end();
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 " + std::to_string(row.status) + " "));
  EXPECT_THAT(answers, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answers, HasSubstr("application/problem+json"));
  EXPECT_EQ(answers.find("Rapport-Request-Id: "), answers.rfind("Rapport-Request-Id: ")) << "a second: " << answers;
  EXPECT_EQ(smuggled_, 0);
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedMessage, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

// What is unusual, and has one meaning.
const Row kAccepted[] = {
    post("NamesInAnyCase", "TRANSFER-ENCODING: Chunked\r\n", 200),
    {"SpaceAroundValues", std::string(kPost) + "Content-Length: \t 5 \t\r\n\r\nabcde", 200},
    {"LeadingZerosOfALength", std::string(kPost) + "Content-Length: 0005\r\n\r\nabcde", 200},
    {"OneEmptyLineFirst", "\r\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n", 200},
    {"HostWithPort", "GET /ok HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
    {"ChunkExtension", std::string(kChunkedPost) + "5;a=b;c=\"d\"\r\nabcde\r\n0\r\n\r\n", 200},
    {"ChunkSizeInAnyCaseWithZeros", std::string(kChunkedPost) + "00A\r\n0123456789\r\n000\r\n\r\n", 200},
    {"Trailer", std::string(kChunkedPost) + "5\r\nabcde\r\n0\r\nX: y\r\n\r\n", 200},
    {"GetWithABody", "GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 200},
    {"GetWithChunks", "GET /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200},
    post("TabsAroundChunked", "Transfer-Encoding:\t chunked \t\r\n", 200),
    {"FieldsThatOnlyLookLikeALength", std::string(kPost) + "Content_Length: 5\r\nXContent-Length: 6\r\n\r\n", 200},
    {"UpgradeToHttp2", "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
     200},
    {"OtherHostOfAProxy", "GET /ok HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: b\r\n\r\n", 200},
    {"TrailerThatNamesAKey", std::string(kChunkedPost) + "5\r\nabcde\r\n0\r\nAuthorization: Bearer x\r\n\r\n", 200},
};

class AcceptedMessage : public MessageFraming {};

TEST_P(AcceptedMessage, LeavesTheNextRequestWhereItBegins) {
  RawPeer peer = connect();
  peer.send(GetParam().bytes + std::string(kSmuggled));
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(smuggled_, 1);
}

// The same, one byte at a time: where reads are cut changes nothing.
TEST_P(AcceptedMessage, MayComeByteByByte) {
  RawPeer peer = connect();
  for (const char byte : GetParam().bytes) peer.send({&byte, 1});
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 200 "));
  peer.send(kSmuggled);
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 200 "));
}

INSTANTIATE_TEST_SUITE_P(Table, AcceptedMessage, testing::ValuesIn(kAccepted),
                         [](const auto& row) { return std::string(row.param.name); });

// A body that is itself a request, where the path takes it, leaves it unread, or is not there at all.
TEST_F(MessageFraming, ABodyThatReadsLikeARequestIsNone) {
  const std::string chunk = "23\r\n" + std::string(kSmuggled) + "\r\n0\r\n\r\n";
  ASSERT_EQ(kSmuggled.size(), 0x23u);
  for (const std::string line : {"POST /echo", "GET /ok", "POST /ok", "PUT /nowhere", "DELETE /", "OPTIONS /ok"}) {
    SCOPED_TRACE(line);
    const std::string head = line + " HTTP/1.1\r\nHost: a\r\n";
    RawPeer peer = connect();
    peer.send(head + "Content-Length: 35\r\n\r\n" + std::string(kSmuggled));
    EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 "));
    peer.send(head + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);
    EXPECT_THAT(peer.read_response(), HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(peer.read_to_end(), "");
    EXPECT_EQ(smuggled_, 0);
  }
}

// A body that is cut, or announced and never asked for, ends its connection: nobody knows where the next request
// begins.
TEST_F(MessageFraming, ABodyThatWasNotTakenEndsItsConnection) {
  for (const std::string fields : {"Expect: 100-continue\r\nContent-Length: 5\r\n", "Content-Length: 900000\r\n",
                                   "Transfer-Encoding: chunked\r\n"}) {
    SCOPED_TRACE(fields);
    RawPeer peer = connect();
    peer.send("POST /nowhere HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    EXPECT_THAT(peer.read_response(), HasSubstr("Connection: close\r\n"));
    peer.send(kSmuggled);
    EXPECT_EQ(peer.read_to_end(), "");
  }
  EXPECT_EQ(smuggled_, 0);
}

}  // namespace
}  // namespace rapport
