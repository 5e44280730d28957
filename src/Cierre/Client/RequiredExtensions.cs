using Cierre.Closing;
using Cierre.Deflate;

namespace Cierre.Client;

/// <summary>The extensions that a client cannot do without, by name. RFC 6455 7.4.1, 1010.</summary>
internal static class RequiredExtensions
{
    /// <exception cref="ArgumentException">A name is no token, or is there twice.</exception>
    public static void Validate(IList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (!HttpToken.IsToken(names[i])) throw new ArgumentException(
                $"The required extension \"{UntrustedText.Escape(names[i] ?? "")}\" is no token; a name such as permessage-deflate is, without parameters.",
                nameof(names));
            if (names.Take(i).Contains(names[i], StringComparer.Ordinal))
                throw new ArgumentException($"The extension {names[i]} is required twice.", nameof(names));
        }
    }

    /// <summary>The close that follows where the server accepted too little; null where it accepted all.</summary>
    /// <remarks>RFC 6455 7.4.1: the reason is the list of what is needed, as it would stand in Sec-WebSocket-Extensions. The sentence names what is
    /// missing.</remarks>
    public static (CloseFrame Frame, EndReason Why)? Check(IList<string> required, IReadOnlyList<ExtensionOffer> accepted)
    {
        string[] missing = [.. required.Where(name => !accepted.Any(extension => extension.Name == name))];
        if (missing is []) return null;
        var detail = new CloseDetail(missing.Length == 1 ? "ExtensionMissing" : "ExtensionsMissing", List(missing));
        return (new CloseFrame(CloseCodes.MandatoryExtension, List(required)), new EndReason(CloseCause.ExtensionMissing, detail));
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
