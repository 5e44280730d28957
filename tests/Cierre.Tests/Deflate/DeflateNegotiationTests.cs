using Cierre.Deflate;
using CsCheck;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>RFC 7692 5, 7.1.</summary>
public sealed class DeflateNegotiationTests
{
    private static readonly Gen<DeflateOptions> AnyOptions = Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[8, 15], Gen.Int[8, 15]).Select((server, client, serverBits, clientBits) =>
        new DeflateOptions { ServerContextTakeover = server, ClientContextTakeover = client, ServerMaxWindowBits = serverBits, ClientMaxWindowBits = clientBits });

    // Takeover of the server and the client, window bits of the server and the client.
    [Theory]
    [InlineData(false, false, 15, 15, "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits, permessage-deflate; client_no_context_takeover; client_max_window_bits")]
    [InlineData(true, true, 15, 15, "permessage-deflate; client_max_window_bits")]
    [InlineData(true, false, 15, 9, "permessage-deflate; client_no_context_takeover; client_max_window_bits=9")]
    [InlineData(true, true, 10, 15, "permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate; client_max_window_bits")]
    public void A_client_offers_what_it_wishes_and_then_without_demands(bool server, bool client, int serverBits, int clientBits, string expected) =>
        Assert.Equal(expected, ExtensionList.Format(DeflateNegotiation.Offers(Options(server, client, serverBits, clientBits))));

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate")]
    [InlineData("permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover")]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate")]
    [InlineData("permessage-deflate; client_max_window_bits=8", "permessage-deflate; client_max_window_bits=8")]
    [InlineData("permessage-deflate; client_max_window_bits=15", "permessage-deflate")]
    [InlineData("permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=8")]
    [InlineData("permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15")]
    [InlineData("permessage-deflate; server_max_window_bits=\"9\"", "permessage-deflate; server_max_window_bits=9")]
    [InlineData("other, permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=10")]
    public void A_server_keeps_the_first_offer_that_is_well_formed(string offers, string answer) => Assert.Equal(answer, Accept(offers, Options()));

    [Theory]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; client_max_window_bits=10")]
    [InlineData("permessage-deflate; client_max_window_bits=9; server_max_window_bits=12", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; client_max_window_bits=9")]
    [InlineData("permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9")]
    public void A_server_limits_what_it_may(string offers, string answer) => Assert.Equal(answer, Accept(offers, Options(server: false, client: false, serverBits: 11, clientBits: 10)));

    [Theory]
    [InlineData("other")]
    [InlineData("permessage-deflate; server_no_context_takeover=1")]
    [InlineData("permessage-deflate; client_no_context_takeover=true")]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover")]
    [InlineData("permessage-deflate; server_max_window_bits")]
    [InlineData("permessage-deflate; server_max_window_bits=7")]
    [InlineData("permessage-deflate; server_max_window_bits=16")]
    [InlineData("permessage-deflate; server_max_window_bits=08")]
    [InlineData("permessage-deflate; server_max_window_bits=+9")]
    [InlineData("permessage-deflate; server_max_window_bits=99999999999")]
    [InlineData("permessage-deflate; server_max_window_bits=9; server_max_window_bits=9")]
    [InlineData("permessage-deflate; client_max_window_bits=x")]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits=9")]
    [InlineData("permessage-deflate; Server_No_Context_Takeover")]
    [InlineData("Permessage-Deflate")]
    [InlineData("x-webkit-deflate-frame")]
    public void A_server_declines_what_is_not_well_formed(string offers) => Assert.Null(Accept(offers, Options()));

    [Theory]
    [InlineData("permessage-deflate", 15, true, 15, true)]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover", 15, false, 15, false)]
    [InlineData("permessage-deflate; server_max_window_bits=8", 8, true, 15, true)]
    [InlineData("permessage-deflate; client_max_window_bits=9", 15, true, 9, true)]
    public void A_client_takes_what_the_answer_says(string answer, int serverBits, bool server, int clientBits, bool client) =>
        Assert.Equal(new DeflateParameters(new(serverBits, server), new(clientBits, client)), Check(answer, Options(), out _));

    [Fact]
    public void A_client_keeps_its_own_smaller_window_and_forgets_where_it_wants_to()
    {
        DeflateOptions options = Options(server: true, client: false, serverBits: 15, clientBits: 10);
        Assert.Equal(new DeflateParameters(new(15, true), new(10, false)), Check("permessage-deflate", options, out _));
        Assert.Equal(new DeflateParameters(new(15, true), new(10, false)), Check("permessage-deflate; client_max_window_bits=12", options, out _));
    }

    [Theory]
    [InlineData("permessage-deflate", 15)]
    [InlineData("permessage-deflate; server_max_window_bits=10", 10)]
    [InlineData("permessage-deflate; server_max_window_bits=12", 12)]
    [InlineData("permessage-deflate; server_no_context_takeover; server_max_window_bits=15", 15)]
    public void A_client_that_wished_for_a_small_window_takes_the_answer_to_its_offer_without_a_wish(string answer, int bits)
    {
        DeflateOptions wish = Options(server: true, client: true, serverBits: 10, clientBits: 15);
        // 7.1.2.1: a server may name a window that was not asked for.
        string[] offers = [.. DeflateNegotiation.Offers(wish).Select(offer => ExtensionList.Format([offer]))];
        Assert.Equal(["permessage-deflate; server_max_window_bits=10; client_max_window_bits", "permessage-deflate; client_max_window_bits"], offers);
        Assert.Equal(bits, Check(answer, wish, out _)!.Server.WindowBits);
    }

    [Theory]
    [InlineData("permessage-deflate; unknown", "unknown", null)]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover", "server_no_context_takeover", null)]
    [InlineData("permessage-deflate; client_no_context_takeover=0", "client_no_context_takeover", "0")]
    [InlineData("permessage-deflate; client_max_window_bits", "client_max_window_bits", null)]
    [InlineData("permessage-deflate; server_max_window_bits=16", "server_max_window_bits", "16")]
    public void A_client_refuses_what_no_answer_may_say(string answer, string name, string? value)
    {
        Assert.Null(Check(answer, Options(serverBits: 11), out ExtensionParameter wrong));
        Assert.Equal(new ExtensionParameter(name, value), wrong);
    }

    [Fact]
    public void Whatever_both_want_they_agree_and_neither_is_asked_for_more_than_it_wants() => Gen.Select(AnyOptions, AnyOptions).Sample((client, server) =>
    {
        DeflateParameters theirs = DeflateNegotiation.Accept(DeflateNegotiation.Offers(client), server, out ExtensionOffer answer)!;
        // Over the wire and back.
        DeflateParameters ours = Check(ExtensionList.Format([answer]), client, out _)!;
        Assert.Equal(theirs, ours);
        Assert.Equal(Math.Min(client.ServerMaxWindowBits, server.ServerMaxWindowBits), ours.Server.WindowBits);
        Assert.Equal(Math.Min(client.ClientMaxWindowBits, server.ClientMaxWindowBits), ours.Client.WindowBits);
        Assert.Equal(client.ServerContextTakeover && server.ServerContextTakeover, ours.Server.Takeover);
        Assert.Equal(client.ClientContextTakeover && server.ClientContextTakeover, ours.Client.Takeover);
    });

    private static DeflateOptions Options(bool server = true, bool client = true, int serverBits = 15, int clientBits = 15) =>
        new() { ServerContextTakeover = server, ClientContextTakeover = client, ServerMaxWindowBits = serverBits, ClientMaxWindowBits = clientBits };

    private static string? Accept(string offers, DeflateOptions options) =>
        DeflateNegotiation.Accept(Parse(offers), options, out ExtensionOffer answer) is null ? null : ExtensionList.Format([answer]);

    private static DeflateParameters? Check(string answer, DeflateOptions options, out ExtensionParameter wrong) => DeflateNegotiation.Check(Assert.Single(Parse(answer)), options, out wrong);

    private static IReadOnlyList<ExtensionOffer> Parse(string list)
    {
        Assert.True(ExtensionList.TryParse([list], out IReadOnlyList<ExtensionOffer> offers, out string? error), error);
        return offers;
    }
}
