namespace Cierre;

/// <summary>Tells whether to connect again after a close.</summary>
public enum ReconnectKind
{
    /// <summary>No advice: the code never comes from a peer, or the end was a server's own decision and the client acts on the code.</summary>
    NotApplicable,

    /// <summary>Do not connect again: it was wanted, or it would end the same way.</summary>
    No,

    /// <summary>Connect again after a delay.</summary>
    Yes,

    /// <summary>Connect again with new credentials.</summary>
    AfterNewCredentials,

    /// <summary>Connect at once to another address, if there is one; to the same one only after a long delay, or when the user asks.</summary>
    OtherAddress,
}
