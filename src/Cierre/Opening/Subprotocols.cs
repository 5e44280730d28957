using System.Diagnostics.CodeAnalysis;
using Cierre.Deflate;

namespace Cierre.Opening;

/// <summary>RFC 6455 1.9 and 4: subprotocols, named by tokens, each at most once, told apart by case.</summary>
internal static class Subprotocols
{
    /// <summary>RFC 9110 5.6.2.</summary>
    public static bool IsToken(string name) => HttpToken.IsToken(name);

    /// <summary>Reads the values of Sec-WebSocket-Protocol, one a header line. No line at all is an empty list.</summary>
    public static bool TryParse(
        IReadOnlyCollection<string> headerValues,
        out IReadOnlyList<string> names,
        [NotNullWhen(false)] out string? error)
    {
        var elements = HeaderList.Elements(headerValues);
        if (headerValues.Count > 0 && elements.Count == 0)
        {
            names = [];
            error = "it names no subprotocol";
            return false;
        }

        if (elements.Find(name => !IsToken(name)) is { } wrong)
        {
            names = [];
            error = $"\"{HeaderText.Show(wrong)}\" is not a token";
            return false;
        }

        names = elements;
        error = null;
        return true;
    }

    /// <summary>Returns the first name that occurred before it in the list, or null. RFC 6455 4.1: all are unique.</summary>
    public static string? FirstRepeated(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !seen.Add(name));
    }

    /// <summary>Checks the subprotocols that an application sets.</summary>
    /// <exception cref="ArgumentException">A name is empty, is not a token, or is there twice.</exception>
    public static void Validate(IReadOnlyList<string> subprotocols)
    {
        ArgumentNullException.ThrowIfNull(subprotocols);
        foreach (var name in subprotocols)
        {
            if (string.IsNullOrEmpty(name))
            {
                throw new ArgumentException("A subprotocol is empty; leave it out instead.", nameof(subprotocols));
            }

            if (!IsToken(name))
            {
                throw new ArgumentException(
                    $"The subprotocol \"{HeaderText.Show(name)}\" is not a token: only ASCII letters, " +
                    $"digits and {HttpToken.Punctuation} are allowed (RFC 9110 5.6.2).",
                    nameof(subprotocols));
            }
        }

        if (FirstRepeated(subprotocols) is { } repeated)
        {
            throw new ArgumentException($"The subprotocol \"{repeated}\" is given more than once.", nameof(subprotocols));
        }
    }

    /// <summary>Chooses the first of the server's subprotocols that the client offers; null where there is none (RFC 6455 4.2.2).</summary>
    public static string? Choose(IEnumerable<string> offered, IEnumerable<string> supported) =>
        supported.FirstOrDefault(name => offered.Contains(name, StringComparer.Ordinal));
}
