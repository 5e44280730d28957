using System.Globalization;

namespace Cierre.Deflate;

/// <summary>RFC 7692 5 and 7.1: what a client offers, what a server makes of it, and what a client makes of the answer.</summary>
internal static class DeflateNegotiation
{
    public const string Name = "permessage-deflate";

    private const string ServerNoContextTakeover = "server_no_context_takeover";
    private const string ClientNoContextTakeover = "client_no_context_takeover";
    private const string ServerMaxWindowBits = "server_max_window_bits";
    private const string ClientMaxWindowBits = "client_max_window_bits";

    /// <summary>A client's offers, the preferred one first: what it wishes, then without any demand on the server, which may know the extension but not the
    /// parameters.</summary>
    public static IReadOnlyList<ExtensionOffer> Offers(DeflateOptions options)
    {
        List<ExtensionParameter> wish = [];
        if (!options.ServerContextTakeover) wish.Add(new(ServerNoContextTakeover, null));
        if (options.ServerMaxWindowBits < DeflateOptions.MostWindowBits) wish.Add(Bits(ServerMaxWindowBits, options.ServerMaxWindowBits));
        bool demands = wish.Count != 0;

        // What we do ourselves, and that the server may ask for less: no demand.
        List<ExtensionParameter> own = [];
        if (!options.ClientContextTakeover) own.Add(new(ClientNoContextTakeover, null));
        own.Add(options.ClientMaxWindowBits < DeflateOptions.MostWindowBits
            ? Bits(ClientMaxWindowBits, options.ClientMaxWindowBits)
            : new(ClientMaxWindowBits, null));
        ExtensionOffer[] offers = [new(Name, [.. wish, .. own])];
        return demands ? [.. offers, new(Name, own)] : offers;
    }

    /// <summary>A server's choice: the first offer that is well formed; null where there is none. Every well-formed offer can be kept. RFC 7692 7.1.</summary>
    public static DeflateParameters? Accept(IReadOnlyList<ExtensionOffer> offers, DeflateOptions options, out ExtensionOffer answer)
    {
        foreach (ExtensionOffer offer in offers)
        {
            if (offer.Name != Name || !Named.TryRead(offer.Parameters, isAnswer: false, out Named asked, out _)) continue;
            // RFC 7692 7.1.2.2: the client's window is the server's to limit only where the client said that it can be.
            int client = asked.ClientLimitable
                ? Math.Min(asked.ClientBits ?? DeflateOptions.MostWindowBits, options.ClientMaxWindowBits)
                : DeflateOptions.MostWindowBits;
            var agreed = new DeflateParameters(
                new(Math.Min(asked.ServerBits ?? DeflateOptions.MostWindowBits, options.ServerMaxWindowBits),
                    options.ServerContextTakeover && !asked.ServerNoTakeover),
                new(client, options.ClientContextTakeover && !asked.ClientNoTakeover));
            answer = Answer(agreed, asked);
            return agreed;
        }

        answer = default;
        return null;
    }

    /// <summary>A client's judgement of the answer; null, with the parameter that is wrong, where it must fail the connection. RFC 7692 7.1.</summary>
    public static DeflateParameters? Check(ExtensionOffer answer, DeflateOptions options, out ExtensionParameter wrong)
    {
        if (!Named.TryRead(answer.Parameters, isAnswer: true, out Named agreed, out wrong)) return null;
        // 7.1.2.1: whatever window of the server's it names answers the offer without a demand, as does none; so there is nothing to compare with the wish.
        return new DeflateParameters(
            new(agreed.ServerBits ?? DeflateOptions.MostWindowBits, !agreed.ServerNoTakeover),
            new(Math.Min(agreed.ClientBits ?? DeflateOptions.MostWindowBits, options.ClientMaxWindowBits),
                options.ClientContextTakeover && !agreed.ClientNoTakeover));
    }

    private static ExtensionOffer Answer(DeflateParameters agreed, in Named asked)
    {
        List<ExtensionParameter> parameters = [];
        if (!agreed.Server.Takeover) parameters.Add(new(ServerNoContextTakeover, null));
        if (!agreed.Client.Takeover) parameters.Add(new(ClientNoContextTakeover, null));
        // 7.1.2.1: what was asked for is accepted by saying it.
        if (asked.ServerBits is not null
            || agreed.Server.WindowBits < DeflateOptions.MostWindowBits) parameters.Add(Bits(ServerMaxWindowBits, agreed.Server.WindowBits));
        if (agreed.Client.WindowBits < DeflateOptions.MostWindowBits) parameters.Add(Bits(ClientMaxWindowBits, agreed.Client.WindowBits));
        return new ExtensionOffer(Name, parameters);
    }

    private static ExtensionParameter Bits(string name, int value) => new(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The parameters that a list names, each at most once and with a value that is allowed.</summary>
    private struct Named
    {
        public bool ServerNoTakeover { get; private set; }

        public bool ClientNoTakeover { get; private set; }

        public int? ServerBits { get; private set; }

        public int? ClientBits { get; private set; }

        /// <summary>client_max_window_bits is there, with or without a value.</summary>
        public bool ClientLimitable { get; private set; }

        public static bool TryRead(IReadOnlyList<ExtensionParameter> parameters, bool isAnswer, out Named named, out ExtensionParameter wrong)
        {
            named = default;
            foreach (ExtensionParameter parameter in parameters)
            {
                wrong = parameter;
                if (!named.Take(parameter, isAnswer)) return false;
            }

            wrong = default;
            return true;
        }

        private bool Take(in ExtensionParameter parameter, bool isAnswer)
        {
            int? bits = null;
            if (parameter.Value is { } value)
            {
                // Decimal without leading zeroes, 8-15.
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || value[0] == '0'
                    || !DeflateOptions.IsWindowBits(number)) return false;
                bits = number;
            }

            switch (parameter.Name)
            {
                case ServerNoContextTakeover when !ServerNoTakeover && parameter.Value is null:
                    return ServerNoTakeover = true;
                case ClientNoContextTakeover when !ClientNoTakeover && parameter.Value is null:
                    return ClientNoTakeover = true;
                case ServerMaxWindowBits when ServerBits is null && bits is not null:
                    ServerBits = bits;
                    return true;
                case ClientMaxWindowBits when !ClientLimitable && (bits is not null || !isAnswer):
                    ClientBits = bits;
                    return ClientLimitable = true;
                default:
                    return false;
            }
        }
    }
}
